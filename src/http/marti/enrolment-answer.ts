import type { Enrolled } from '../enrolment.ts';
import { pemLines } from './pem-lines.ts';

/** The forms in which clients want the answer to `signClient/v2`. */
export type EnrolmentForm = 'xml' | 'json' | 'json_as_text';

/**
 * What an `Accept` header asks for. TAK Server answers 400 to what it does not know; here that is JSON, which
 * is what every client that is not ATAK wants.
 */
export function enrolmentForm(accept: string | undefined): EnrolmentForm {
  const types = (accept ?? '').toLowerCase();
  if (types.includes('application/json')) return 'json';
  if (types.includes('application/xml') || types.includes('text/xml')) return 'xml';
  // iTAK asks for text/plain and reads JSON [OpenTAKServer].
  if (types.includes('text/plain')) return 'json_as_text';
  return 'json';
}

/**
 * No white space between the elements: ATAK walks over all children of the root, text too, and takes each for
 * a certificate [ATAK 5.5 enrollmentmanager.cpp]. Line breaks within the base64 are wanted.
 */
export function enrolmentXml({ signedCertPem, caPems }: Enrolled): string {
  const cas = caPems.map((pem) => `<ca>${pemLines(pem)}</ca>`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?><enrollment><signedCert>${pemLines(signedCertPem)}</signedCert>${cas}</enrollment>`;
}

/** Some clients read `ca0` and `ca1` and want both: a single CA stands in both places [OpenTAKServer]. */
export function enrolmentJson({ signedCertPem, caPems }: Enrolled): string {
  const cas = caPems.length === 1 ? [...caPems, ...caPems] : caPems;
  return JSON.stringify({
    signedCert: pemLines(signedCertPem),
    ...Object.fromEntries(cas.map((pem, index) => [`ca${index}`, pemLines(pem)])),
  });
}
