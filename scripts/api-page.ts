import { loadConfig } from '../src/config/load.ts';
import type { Access } from '../src/http/access.ts';
import { createHttpApp, type HttpApp } from '../src/http/app.ts';
import type { AppDeps } from '../src/http/app-deps.ts';
import { DIALECTS, type Dialect, testOf } from './dialect-endpoints.ts';
import { nameOfReference, type OpenApiDocument, type Operation, type Schema } from './open-api.ts';

/** The app with nothing behind it: its routes describe themselves without being called. */
export function describedApp(): HttpApp {
  const config = loadConfig({ file: '/dev/null', environment: {} });
  const nothing = { kit: { version: '' }, clock: {}, authority: {}, doors: { factors: {} }, config };
  return createHttpApp(nothing as unknown as AppDeps);
}

const INTRODUCTION = `# API

Written by \`make docs\` from the routes themselves; \`GET /api/openapi.json\` is the same for machines.

Our own API takes and gives JSON. A refusal is \`{"error": {"code", "message", "details"?}}\` with a status of
400 or more; the codes stand in [errors.md](errors.md). Calls are never redirected. Who calls is found out by the
listener: on \`httpsCert\` by the client certificate, on the control socket by owning it, on \`https\` and \`http\` by
Basic credentials (password, or a personal token in its place), a personal token as \`Authorization: Bearer\`, or the
cookie of a browser session. With the cookie, whatever changes something also needs the token of the \`XSRF-TOKEN\`
cookie in the header \`X-XSRF-TOKEN\`. Times are milliseconds since 1970, UTC.
`;

/** docs/api.md, whole. */
export function apiPage(app: HttpApp): string {
  const document = app.openApiDocument() as OpenApiDocument;
  const accessOf = new Map(app.routes.map((r) => [`${r.method} ${r.path}`, r.access]));
  const documented = new Set<string>();
  const byTag = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const name = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
      documented.add(name);
      const tag = operation.tags?.[0] ?? 'Other';
      const section = operationText(`${method.toUpperCase()} ${path}`, operation, accessOf.get(name));
      byTag.set(tag, [...(byTag.get(tag) ?? []), section]);
    }
  }
  const sections = [...byTag].map(([tag, texts]) => `## ${tag}\n\n${texts.join('\n')}`);
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => `### ${name}\n\n${fieldTable(schema)}`,
  );
  for (const dialect of DIALECTS) for (const name of testOf(dialect).keys()) documented.add(name);
  const others = app.routes
    .filter(({ method, path }) => !documented.has(`${method} ${path}`))
    .map(
      ({ method, path, access }) =>
        `| \`${method} ${path}\` | ${whoText(access)} | ${access.on.join(', ')} |`,
    );
  return [
    INTRODUCTION,
    ...sections,
    `## Objects\n\n${schemas.join('\n')}`,
    DIALECTS_INTRODUCTION,
    ...DIALECTS.map((dialect) => dialectText(dialect, accessOf)),
    '## Pages, Marti, pairing by RFC 8628\n\nThe forms of these are given by the clients that use them; see protocol.md.\n',
    '| Route | Who | Listeners |\n|---|---|---|',
    `${others.join('\n')}\n`,
  ].join('\n');
}

const DIALECTS_INTRODUCTION = `## APIs of other servers

What programs for these five servers ask for, and the test that shows that it is answered. Forms and words are those of
their documents, but where these are unsafe: [security.md](security.md). All of it is one set of people, passwords and rights.
`;

function dialectText(dialect: Dialect, accessOf: ReadonlyMap<string, Access>): string {
  const rows = [...testOf(dialect)].map(([name, test]) => {
    const access = accessOf.get(name);
    if (access === undefined) throw new Error(`${dialect.system}: there is no route ${name}`);
    return dialectRow(`\`${name}\``, whoText(access), access.on.join(', '), test);
  });
  const others = (dialect.others ?? []).map(({ endpoint, who, on, test }) =>
    dialectRow(endpoint, who, on, test),
  );
  return [
    `### ${dialect.system}`,
    `\n${dialect.about}\n`,
    '| Endpoint | Who | Listeners | Test |\n|---|---|---|---|',
    `${[...rows, ...others].join('\n')}\n`,
  ].join('\n');
}

function dialectRow(endpoint: string, who: string, on: string, test: string): string {
  return `| ${endpoint} | ${who} | ${on} | [${test.split('/').at(-1)}](../test/${test}.test.ts) |`;
}

function operationText(title: string, operation: Operation, access: Access | undefined): string {
  const lines = [`### ${title}`, '', `${operation.summary ?? ''}.`];
  if (operation.description !== undefined) lines.push('', operation.description);
  if (access !== undefined) lines.push('', `Who: ${whoText(access)}. Listeners: ${access.on.join(', ')}.`);
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  if (query.length > 0) {
    lines.push('', '| Query | Type | |', '|---|---|---|');
    for (const { name, required, schema } of query) lines.push(fieldRow(name, schema, required === true));
  }
  for (const [mediaType, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
    lines.push('', `Body (\`${mediaType}\`): ${bodyText(schema)}`);
  }
  for (const [status, { description, content }] of Object.entries(operation.responses)) {
    if (status === 'default') continue;
    const [mediaType, media] = Object.entries(content ?? {})[0] ?? [];
    const what = mediaType === undefined ? '' : ` (\`${mediaType}\`): ${bodyText(media?.schema ?? {})}`;
    lines.push('', `${status}: ${description}${what}`);
  }
  return `${lines.join('\n')}\n`;
}

function bodyText(schema: Schema): string {
  return schema.properties === undefined ? typeText(schema) : `\n\n${fieldTable(schema).trimEnd()}`;
}

function fieldTable(schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) =>
    fieldRow(name, field, schema.required?.includes(name) === true),
  );
  return ['| Field | Type | |', '|---|---|---|', ...rows, ''].join('\n');
}

function fieldRow(name: string, schema: Schema, isRequired: boolean): string {
  return `| \`${name}\`${isRequired ? '' : ' ?'} | ${typeText(schema)} | ${schema.description ?? ''} |`;
}

function typeText(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = nameOfReference(schema.$ref);
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' or ');
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {})}`;
  const { additionalProperties } = schema;
  if (typeof additionalProperties === 'object') return `map to ${typeText(additionalProperties)}`;
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'anything');
  return schema.format === undefined ? String(type) : `${type} (${schema.format})`;
}

function whoText({ who, mayBeAnonymous }: Access): string {
  if (who === 'public' || mayBeAnonymous === true) return 'everybody';
  return 'enrolling' in who ? 'a device that enrols (password or one-time code)' : who.join(', ');
}
