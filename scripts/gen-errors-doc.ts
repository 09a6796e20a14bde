/** Writes docs/errors.md from the table in src/core/errors.ts: `make docs`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '../src/core/errors.ts';

const rows = Object.entries(ERROR_CODES).map(
  ([code, { status, text }]) => `| \`${code}\` | ${status} | ${text} |`,
);

const page = `# Error codes

Every expected failure has one of these codes. The command line prints the text and exits with 1; HTTP answers
with the status and the code in JSON; logs carry the code. Codes are stable: scripts may rely on them. The text
may be more exact than here and may change.

Made from \`src/core/errors.ts\` by \`make docs\`; change it there.

| Code | HTTP | Text |
|---|---|---|
${rows.join('\n')}
`;

writeFileSync(join(import.meta.dirname, '../docs/errors.md'), page);
