import { createHash } from 'node:crypto';
import { escapeXml } from '../../packages/escape-xml.ts';
import { derOf } from '../../pki/x509.ts';

/**
 * An Apple configuration profile that installs the certificates of the kit. It is not signed (there is nobody
 * who could), so the phone says "Not verified", and its person has to switch the trust on in
 * Settings, General, About, Certificate Trust Settings.
 */
export function appleProfile(kitName: string, caPems: readonly string[]): string {
  const identifier = `bivouac.${uuidFrom(caPems.join(''))}`;
  const payloads = caPems.map((pem, index) => {
    const uuid = uuidFrom(pem);
    return dict([
      ['PayloadType', string('com.apple.security.root')],
      ['PayloadVersion', '<integer>1</integer>'],
      ['PayloadIdentifier', string(`${identifier}.${index}`)],
      ['PayloadUUID', string(uuid)],
      ['PayloadDisplayName', string(`${kitName} certificate`)],
      ['PayloadContent', `<data>${derOf(pem).toString('base64')}</data>`],
    ]);
  });
  const profile = dict([
    ['PayloadType', string('Configuration')],
    ['PayloadVersion', '<integer>1</integer>'],
    ['PayloadIdentifier', string(identifier)],
    ['PayloadUUID', string(uuidFrom(`profile ${caPems.join('')}`))],
    ['PayloadDisplayName', string(kitName)],
    ['PayloadDescription', string(`Trusts the pages of ${kitName}.`)],
    ['PayloadContent', `<array>${payloads.join('')}</array>`],
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist version="1.0">${profile}</plist>`;
}

function dict(entries: readonly (readonly [key: string, value: string])[]): string {
  return `<dict>${entries.map(([key, value]) => `<key>${key}</key>${value}`).join('')}</dict>`;
}

function string(text: string): string {
  return `<string>${escapeXml(text)}</string>`;
}

/** The same profile keeps its id, so that a phone replaces it instead of adding another. */
function uuidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)]
    .join('-')
    .toUpperCase();
}
