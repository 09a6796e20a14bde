import { escapeXml } from '../../packages/escape-xml.ts';

/**
 * The answer to `tls/config`: what a client puts into the subject of its request besides `CN=<user>`. Nothing
 * of it gets into the certificate, whose subject the kit writes, but the element must be there. The namespaces
 * are those of TAK Server, for clients that compare them.
 */
export function certificateConfigXml(organisation: string): string {
  const entries = [
    ['O', organisation],
    ['OU', 'TAK'],
  ].map(([name, value]) => `<nameEntry name="${name}" value="${escapeXml(value ?? '')}"/>`);
  return (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' +
    '<ns2:certificateConfig xmlns="http://bbn.com/marti/xml/config" xmlns:ns2="com.bbn.marti.config">' +
    `<nameEntries>${entries.join('')}</nameEntries></ns2:certificateConfig>`
  );
}
