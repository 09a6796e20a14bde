/** Names of TAXII 1.1 [TAXII XML Message Binding 1.1, TAXII HTTP Protocol Binding 1.0]. */

export const TAXII_11_NAMESPACE = 'http://taxii.mitre.org/messages/taxii_xml_binding-1.1';

/** Bound in every message as OpenTAXII binds them, whether it uses them or not. */
export const ENVELOPE_NAMESPACES =
  'xmlns:taxii="http://taxii.mitre.org/messages/taxii_xml_binding-1"' +
  ` xmlns:taxii_11="${TAXII_11_NAMESPACE}"` +
  ' xmlns:tdq="http://taxii.mitre.org/query/taxii_default_query-1"';

export const MESSAGE_BINDING = 'urn:taxii.mitre.org:message:xml:1.1';
export const SERVICES_VERSION = 'urn:taxii.mitre.org:services:1.1';

export function protocolBinding(isTls: boolean): string {
  return `urn:taxii.mitre.org:protocol:${isTls ? 'https' : 'http'}:1.0`;
}

/** TAXII has no name of its own for CoT events as content; this is ours. */
export const COT_BINDING = 'urn:bivouac:content:cot-event-xml:2.0';

/** What a Status_Message may say, of the table in section 4.4.1.1 of the services specification. */
export type StatusType =
  | 'BAD_MESSAGE'
  | 'DENIED'
  | 'FAILURE'
  | 'NOT_FOUND'
  | 'RETRY'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED_CONTENT'
  | 'UNSUPPORTED_MESSAGE'
  | 'UNSUPPORTED_PROTOCOL'
  | 'UNSUPPORTED_QUERY';
