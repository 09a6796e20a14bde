import { z } from '@hono/zod-openapi';

/** The shape of every refusal, see errors.ts. */
export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().describe('Stable, see docs/errors.md'),
      message: z.string().describe('One sentence for the person who asked'),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .openapi('Error');

/** `{name}` in a path. The rules for names are auth's; this only bounds the work. */
export const nameParam = z.object({ name: z.string().max(1_024) });

export const timeMs = z.number().int().describe('Milliseconds since 1970, UTC');

/** `responses` of a route that answers 200 with JSON. */
export function jsonAnswer<T extends z.ZodType>(schema: T, description: string) {
  return {
    200: { description, content: { 'application/json': { schema } } },
    default: refusal,
  } as const;
}

/** `responses` of a route that answers 200 with a file. */
export function fileAnswer<M extends string>(mediaType: M, description: string) {
  return {
    200: { description, content: { [mediaType]: { schema: z.string().meta({ format: 'binary' }) } } },
    default: refusal,
  } as const;
}

export const refusal = {
  description: 'Refused or failed',
  content: { 'application/json': { schema: errorSchema } },
} as const;

/** `request.body` of a route that takes JSON. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}
