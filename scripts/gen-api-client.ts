/** Writes the types of the API for the pages: `make docs`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiClientTypes } from './api-client.ts';
import { describedApp } from './api-page.ts';

writeFileSync(join(import.meta.dirname, '../src/web/api/generated.ts'), apiClientTypes(describedApp()));
