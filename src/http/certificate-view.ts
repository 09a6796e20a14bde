import { z } from '@hono/zod-openapi';
import { type CertificateRecord, REVOCATION_REASONS } from '../pki/ports.ts';
import { timeMs } from './routes/schemas.ts';

/** A serial number as people copy it: colons and capitals do not count. */
export const serialSchema = z
  .string()
  .max(64)
  .regex(/^[0-9a-fA-F:]+$/, 'hexadecimal digits')
  .transform((text) => text.replaceAll(':', '').toLowerCase());

export const certificateSchema = z
  .object({
    serial: z.string(),
    username: z.string().describe('As it was when the certificate was made'),
    principalId: z.string(),
    deviceUid: z.string().nullable().describe('Null: bound to no device'),
    fingerprint: z.string().describe('SHA-256 over DER'),
    issuedAtMs: timeMs,
    notBeforeMs: timeMs,
    notAfterMs: timeMs,
    revokedAtMs: timeMs.nullable(),
    revocationReason: z.enum(REVOCATION_REASONS).nullable(),
  })
  .openapi('Certificate');

export function certificateView(record: CertificateRecord): z.infer<typeof certificateSchema> {
  const { pem: _pem, caId: _caId, requestSha256: _request, ...view } = record;
  return view;
}
