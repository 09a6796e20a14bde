import { createHash } from 'node:crypto';
import { escapeXml } from '../../packages/escape-xml.ts';
import type { PageLanguage } from './page-language.ts';

/** Readable on any phone without a network: no scripts, no fonts to fetch, day and dark by the phone's setting. */
const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--panel:#eef2ef;--line:#cfd8d3;--text:#101614;--quiet:#4c5a54;--accent:#a34a00}
@media(prefers-color-scheme:dark){:root{--bg:#0d1110;--panel:#171e1b;--line:#2a3430;--text:#eef3f0;--quiet:#9fb0a8;--accent:#ff9d42}}
*{box-sizing:border-box}
body{margin:0;padding:16px;background:var(--bg);color:var(--text);font:400 20px/1.4 "Atkinson Hyperlegible Next",system-ui,sans-serif}
main{max-width:560px;margin:0 auto}
h1{font-size:28px;line-height:1.2;margin:16px 0}
h2{font-size:20px;margin:32px 0 8px}
h3{font-size:20px;margin:24px 0 8px}
p,li{margin:8px 0}
ol{padding-left:28px}
.quiet{color:var(--quiet);font-size:16px}
.mono{font-family:"Atkinson Hyperlegible Mono",ui-monospace,monospace;overflow-wrap:anywhere}
.panel{background:var(--panel);border:1px solid var(--line);border-radius:12px;padding:16px;margin:16px 0}
a{color:var(--accent)}
a.button{display:block;min-height:56px;padding:14px 16px;border-radius:12px;background:var(--accent);color:var(--bg);font-weight:700;text-align:center;text-decoration:none;margin:16px 0}
a.second,button.second{background:none;color:var(--accent);border:2px solid var(--accent)}
label{display:block;margin:16px 0}
input{display:block;width:100%;min-height:48px;padding:8px 12px;margin:4px 0;border:1px solid var(--quiet);border-radius:10px;background:var(--bg);color:var(--text);font:inherit}
button{display:block;width:100%;min-height:56px;margin:16px 0;border:0;border-radius:12px;background:var(--accent);color:var(--bg);font:inherit;font-weight:700}
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Nothing runs on these pages, and nothing is fetched from elsewhere. */
export const PAGE_HEADERS = headersWith("form-action 'none'");

/** The same for a page with a form that is sent back to us. */
export const FORM_PAGE_HEADERS = headersWith("form-action 'self'");

function headersWith(formAction: string) {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; ${formAction}; frame-ancestors 'none'`,
  } as const;
}

/** Markup that may stand in a page as it is. */
export interface Html {
  readonly html: string;
}

/** Texts that come in are escaped; only what `html` made itself goes in unchanged. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  const text = parts.reduce((whole, part, index) => whole + part + htmlOf(values[index]), '');
  return { html: text };
}

function htmlOf(value: string | Html | readonly Html[] | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeXml(value);
  if ('html' in value) return value.html;
  return value.map((part) => part.html).join('');
}

export function page(title: string, body: Html, language: PageLanguage = 'en'): string {
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width,initial-scale=1">' +
    `<title>${escapeXml(title)}</title><style>${STYLE}</style></head><body><main>${body.html}</main></body></html>`
  );
}
