import { z } from '@hono/zod-openapi';
import type { IssuedToken } from '../../../auth/session-ports.ts';

/** As RFC 6749 (5.1) answers; also where our own API gives tokens, so that clients need to know one shape. */
export const tokenAnswerSchema = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.number().int().describe('Seconds'),
    refresh_token: z.string().describe('For `POST /oauth/token`; each one is good once'),
  })
  .openapi('Tokens');

export function tokenAnswer(
  { access, refresh }: { readonly access: IssuedToken; readonly refresh: IssuedToken },
  nowMs: number,
): z.infer<typeof tokenAnswerSchema> {
  return {
    access_token: access.token,
    token_type: 'Bearer',
    expires_in: Math.max(0, Math.floor((access.expiresMs - nowMs) / 1_000)),
    refresh_token: refresh.token,
  };
}
