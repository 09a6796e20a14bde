import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateConfigXml } from '../../src/http/marti/certificate-config.ts';
import { enrolmentForm, enrolmentJson, enrolmentXml } from '../../src/http/marti/enrolment-answer.ts';
import { html, page } from '../../src/http/pages/page.ts';

const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
const LINES = `${'A'.repeat(64)}\nBB==`;

test('each client gets the form that it asks for', () => {
  const forms: readonly (readonly [string | undefined, string])[] = [
    ['application/xml', 'xml'],
    ['text/xml, */*', 'xml'],
    ['application/json', 'json'],
    ['text/plain', 'json_as_text'],
    ['TEXT/PLAIN', 'json_as_text'],
    ['application/json, text/plain, */*', 'json'],
    ['*/*', 'json'],
    ['', 'json'],
    [undefined, 'json'],
    ['image/png', 'json'],
  ];
  for (const [accept, form] of forms) assert.equal(enrolmentForm(accept), form, String(accept));
});

test('the XML, byte for byte', () => {
  assert.equal(
    enrolmentXml({ signedCertPem: pem(LINES), caPems: [pem('CC=='), pem('DD==')] }),
    `<?xml version="1.0" encoding="UTF-8"?><enrollment><signedCert>${LINES}</signedCert><ca>CC==</ca><ca>DD==</ca></enrollment>`,
  );
});

test('the JSON names one CA twice, and several once each', () => {
  assert.equal(
    enrolmentJson({ signedCertPem: pem('AA=='), caPems: [pem('CC==')] }),
    '{"signedCert":"AA==","ca0":"CC==","ca1":"CC=="}',
  );
  assert.equal(
    enrolmentJson({ signedCertPem: pem('AA=='), caPems: [pem('CC=='), pem('DD=='), pem('EE==')] }),
    '{"signedCert":"AA==","ca0":"CC==","ca1":"DD==","ca2":"EE=="}',
  );
});

test('names with markup in them stay text', () => {
  assert.match(certificateConfigXml('A & "B"'), /value="A &amp; &quot;B&quot;"/);
  const hostile = '<script>alert(1)</script>"';
  const shown = page(hostile, html`<p title="${hostile}">${hostile}</p>${[html`<i>${'&'}</i>`]}`);
  assert.doesNotMatch(shown, /<script/);
  assert.match(shown, /<i>&amp;<\/i>/);
});
