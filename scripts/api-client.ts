import type { HttpApp } from '../src/http/app.ts';
import { nameOfReference, type OpenApiDocument, type Operation, type Schema } from './open-api.ts';

const HEAD = `/**
 * Written by \`make docs\` from the routes themselves: what each call of the API takes and answers.
 * Never edited by hand; a test compares it with the routes.
 */
`;

/** src/web/api/generated.ts, whole. */
export function apiClientTypes(app: HttpApp): string {
  const { paths, components } = app.openApiDocument() as OpenApiDocument;
  const objects = Object.entries(components.schemas).map(
    ([name, schema]) => `${comment(schema, '')}export type ${name} = ${typeOf(schema, '')};\n`,
  );
  const calls = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, operation]) => `  '${method.toUpperCase()} ${path}': ${callOf(operation)};`,
    ),
  );
  return [HEAD, ...objects, `export interface Calls {\n${calls.join('\n')}\n}\n`].join('\n');
}

function callOf({ parameters = [], requestBody, responses }: Operation): string {
  const lines: string[] = [];
  for (const place of ['path', 'query'] as const) {
    const fields = parameters.filter((parameter) => parameter.in === place);
    if (fields.length === 0) continue;
    const isOptional = fields.every(({ required }) => required !== true);
    const members = fields.map(
      ({ name, required, schema }) =>
        `${keyOf(name)}${required === true ? '' : '?'}: ${typeOf(schema, '    ')}`,
    );
    lines.push(`    ${place}${isOptional ? '?' : ''}: { ${members.join('; ')} };`);
  }
  const body = Object.values(requestBody?.content ?? {})[0];
  if (body !== undefined) lines.push(`    body: ${typeOf(body.schema, '    ')};`);
  lines.push(`    answer: ${answerOf(responses)};`);
  return `{\n${lines.join('\n')}\n  }`;
}

function answerOf(responses: Operation['responses']): string {
  const types = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => {
      const [mediaType, media] = Object.entries(content ?? {})[0] ?? [];
      if (mediaType === undefined || media === undefined) return 'undefined';
      return mediaType === 'application/json' ? typeOf(media.schema, '    ') : 'Blob';
    });
  return [...new Set(types)].join(' | ') || 'undefined';
}

function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return nameOfReference(schema.$ref);
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((choice) => typeOf(choice, indent)).join(' | ');
  if (schema.allOf !== undefined) return schema.allOf.map((part) => typeOf(part, indent)).join(' & ');
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => plainType(type, schema, indent)).join(' | ') || 'unknown';
}

function plainType(type: string, schema: Schema, indent: string): string {
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'array': {
      const item = typeOf(schema.items ?? {}, indent);
      return /[|&]/.test(item) ? `(${item})[]` : `${item}[]`;
    }
    case 'object':
      return objectType(schema, indent);
    default:
      return type;
  }
}

function objectType({ properties, additionalProperties, required = [] }: Schema, indent: string): string {
  if (properties === undefined) {
    const value = typeof additionalProperties === 'object' ? typeOf(additionalProperties, indent) : 'unknown';
    return `Record<string, ${value}>`;
  }
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([name, field]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${comment(field, inner)}${inner}${keyOf(name)}${mark}: ${typeOf(field, inner)};`;
  });
  return `{\n${fields.join('\n')}\n${indent}}`;
}

function comment({ description }: Schema, indent: string): string {
  return description === undefined ? '' : `${indent}/** ${description.replaceAll('*/', '* /')} */\n`;
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll(/['\\]/g, '\\$&')}'` : JSON.stringify(value);
}
