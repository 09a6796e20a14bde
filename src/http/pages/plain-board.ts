import { TEAM_COLOURS, teamColour } from '../../display/team-colours.ts';
import { escapeXml } from '../../packages/escape-xml.ts';
import type { ScreenPicture } from '../app-deps.ts';
import { type Html, html } from './page.ts';
import type { PageLanguage } from './page-language.ts';

/**
 * Read-only screens without encryption, for browsers that nobody updates any more: tables, plain colours, a script in
 * the language of 1999, and a page that reloads itself where scripts are off. Style and script are files of their
 * own, because browsers that know the content security policy only in its first version (televisions from 2012 to
 * about 2016) know no hashes of what stands in the page.
 */
export type PlainKind = 'tv' | 'watch';

/** Without a script the page is fetched anew so often, seconds: less, and it does nothing but blink. */
const RELOAD_S = 5;

/** Somebody who was not heard for so long may be in trouble, or without a battery, milliseconds. */
const QUIET_MS = 5 * 60_000;

/** Nobody reads more on such a screen. */
const PEOPLE_MAX = 40;

export const PLAIN_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
} as const;

interface Words {
  readonly notAllowed: string;
  readonly notAllowedText: string;
  readonly withCertificate: string;
  readonly approve: string;
  readonly approveText: string;
  readonly type: string;
  readonly typeTitle: string;
  readonly typeText: string;
  readonly code: string;
  readonly go: string;
  readonly show: string;
  readonly refused: string;
  readonly again: string;
  readonly open: string;
  readonly lost: string;
  readonly callsign: string;
  readonly role: string;
  readonly heard: string;
  readonly now: string;
  readonly quiet: string;
  readonly nobody: string;
  readonly emergency: string;
  readonly onMap: string;
}

const WORDS: Readonly<Record<PageLanguage, Words>> = {
  en: {
    notAllowed: 'Not without encryption',
    notAllowedText:
      'This kit lets no screen in without encryption. Open the page below, for which the device has to take the certificate of the kit, or ask an administrator to allow screens without encryption.',
    withCertificate: 'With encryption',
    approve: 'Approve this screen',
    approveText:
      'On the phone of somebody who is signed in: Screens, Pair a screen, and this code. Or at the kit itself.',
    type: 'Type the code of the kit',
    typeTitle: 'Type the code of the kit',
    typeText: 'The kit shows it: Pair a screen, on the phone of an administrator or at the kit.',
    code: 'Code',
    go: 'Go',
    show: 'Show a code instead',
    refused: 'This screen was refused.',
    again: 'Try again',
    open: 'Not encrypted: everybody on this network can read this.',
    lost: 'Lost the kit, trying again',
    callsign: 'Callsign',
    role: 'Role',
    heard: 'Heard',
    now: 'now',
    quiet: 'quiet',
    nobody: 'Nobody is on the map.',
    emergency: 'EMERGENCY',
    onMap: 'on the map',
  },
  de: {
    notAllowed: 'Nicht ohne Verschlüsselung',
    notAllowedText:
      'Dieses Kit lässt keine Anzeige ohne Verschlüsselung herein. Öffne die Seite unten, wofür das Gerät das Zertifikat des Kits nehmen muss, oder bitte einen Administrator, Anzeigen ohne Verschlüsselung zu erlauben.',
    withCertificate: 'Mit Verschlüsselung',
    approve: 'Diese Anzeige zulassen',
    approveText:
      'Auf dem Telefon von jemandem, der angemeldet ist: Anzeigen, Anzeige koppeln, und dieser Code. Oder am Kit selbst.',
    type: 'Den Code des Kits tippen',
    typeTitle: 'Den Code des Kits tippen',
    typeText: 'Das Kit zeigt ihn: Anzeige koppeln, auf dem Telefon eines Administrators oder am Kit.',
    code: 'Code',
    go: 'Weiter',
    show: 'Stattdessen einen Code zeigen',
    refused: 'Diese Anzeige wurde abgelehnt.',
    again: 'Noch einmal',
    open: 'Nicht verschlüsselt: jeder in diesem Netz kann das lesen.',
    lost: 'Kit verloren, neuer Versuch',
    callsign: 'Rufname',
    role: 'Rolle',
    heard: 'Gehört',
    now: 'jetzt',
    quiet: 'still',
    nobody: 'Niemand ist auf der Karte.',
    emergency: 'NOTFALL',
    onMap: 'auf der Karte',
  },
};

/** What stands between head and foot; the script puts a new one in its place. */
export const plainParts = {
  notAllowed(language: PageLanguage, address: string | undefined): Html {
    const t = WORDS[language];
    const link =
      address === undefined ? html`` : html`<p>${t.withCertificate}: <a href="${address}">${address}</a></p>`;
    return html`<h1>${t.notAllowed}</h1><p>${t.notAllowedText}</p>${link}`;
  },

  code(language: PageLanguage, kind: PlainKind, code: string): Html {
    const t = WORDS[language];
    return html`<h1>${t.approve}</h1><p class="code">${code}</p><p class="more">${t.approveText}</p>
<p><a href="/${kind}/type">${t.type}</a></p><p class="open">${t.open}</p>`;
  },

  /** @param problem why there is no code; the screen was refused without one */
  refused(language: PageLanguage, kind: PlainKind, problem?: string): Html {
    const t = WORDS[language];
    return html`<h1>${problem ?? t.refused}</h1><p><a href="/${kind}/again">${t.again}</a></p>`;
  },

  type(language: PageLanguage, kind: PlainKind, problem: string): Html {
    const t = WORDS[language];
    return html`<h1>${t.typeTitle}</h1><p class="more">${t.typeText}</p>
${problem === '' ? html`` : html`<p class="alert" role="alert">${problem}</p>`}
<form method="post" action="/${kind}/type"><p><label>${t.code} <input name="code" autocomplete="off" autocapitalize="characters" size="8" maxlength="16"></label> <button>${t.go}</button></p></form>
<p><a href="/${kind}">${t.show}</a></p><p class="open">${t.open}</p>`;
  },

  board(
    language: PageLanguage,
    {
      kitName,
      clock,
      picture,
    }: { readonly kitName: string; readonly clock: string; readonly picture: ScreenPicture },
  ): Html {
    const t = WORDS[language];
    const people = [...picture.people].sort((a, b) => a.callsign.localeCompare(b.callsign));
    return html`<p class="clock">${clock}</p><h1>${kitName}</h1>
${picture.alerts.map(
  ({ callsign, what, agoMs }) =>
    html`<div class="alert" role="alert"><b>${t.emergency}: ${callsign}</b><br>${what}, ${ago(agoMs, t)}</div>`,
)}
<p class="count"><b>${String(people.length)}</b> ${t.onMap}</p>
${people.length === 0 ? html`<p>${t.nobody}</p>` : roster(people.slice(0, PEOPLE_MAX), t)}
<p class="open">${t.open}</p>`;
  },
};

function roster(people: ScreenPicture['people'], t: Words): Html {
  return html`<table><thead><tr><th></th><th>${t.callsign}</th><th class="role">${t.role}</th><th>${t.heard}</th></tr></thead><tbody>${people.map(
    ({ callsign, team, role, agoMs }) => {
      const colour = teamColour(team);
      const badge = colour === undefined ? '' : TEAM_COLOURS[colour].initials;
      return html`<tr${agoMs >= QUIET_MS ? html` class="quiet"` : html``}><td><span class="team ${teamClass(team)}" title="${team}">${badge}</span></td><td class="callsign">${callsign}</td><td class="role">${role}</td><td>${agoMs >= QUIET_MS ? `${t.quiet}, ` : ''}${ago(agoMs, t)}</td></tr>`;
    },
  )}</tbody></table>`;
}

/** Clients report every few seconds: younger than this is the present, milliseconds. */
const NOW_MS = 5_000;

function ago(agoMs: number, t: Words): string {
  const seconds = Math.floor(agoMs / 1_000);
  if (agoMs < NOW_MS) return t.now;
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3_600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h`;
}

function teamClass(team: string): string {
  return teamColour(team) === undefined ? 'none' : team.replace(' ', '-').toLowerCase();
}

/** @param isLive whether the page is to look by itself for what is new */
export function plainPage(
  language: PageLanguage,
  title: string,
  part: Html,
  { isLive }: { readonly isLive: boolean },
) {
  const live = isLive
    ? `<noscript><meta http-equiv="refresh" content="${RELOAD_S}"></noscript><script src="/plain.js" defer></script>`
    : '';
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeXml(title)}</title>` +
    `<link rel="stylesheet" href="/plain.css">${live}</head><body>` +
    `<div id="lost" role="status">${WORDS[language].lost}</div><div id="part" role="main">${part.html}</div></body></html>`
  );
}

/** No variables, no grid: what a television of 2012 draws. */
export const PLAIN_STYLE = `
body{margin:0;padding:2%;background:#0d1110;color:#eef3f0;font-family:"Atkinson Hyperlegible Next",Verdana,sans-serif;font-size:18px;line-height:1.35}
h1{margin:0 0 .3em;font-size:1.5em;line-height:1.2}
p{margin:.5em 0}
a{color:#ff9d42}
#lost{display:none;padding:.5em;background:#ffcc4d;color:#0d1110;font-weight:bold}
body.lost #lost{display:block}
body.lost #part{color:#9fb0a8}
.clock{float:right;margin:0;font-size:1.5em}
.code{margin:.3em 0;color:#ff9d42;font-family:"Atkinson Hyperlegible Mono",monospace;font-size:2.4em;font-weight:bold;white-space:nowrap}
.count b{color:#58d68d;font-size:2.2em}
.more,.open{color:#9fb0a8;font-size:.9em}
.open{color:#ffcc4d}
.alert{margin:.5em 0;padding:.6em;border-left:.4em solid #ff6b5e;background:#3a1512;color:#ff9389;font-size:1.6em}
table{width:100%;border-collapse:collapse}
th{padding:.3em .4em;color:#9fb0a8;font-size:.8em;text-align:left}
td{padding:.35em .4em;border-top:1px solid #2a3430}
.callsign{font-weight:bold;font-size:1.2em}
tr.quiet td{color:#9fb0a8}
.team{display:inline-block;width:2em;line-height:2em;border:1px solid #9fb0a8;border-radius:1em;color:#000;text-align:center;font-weight:bold}
.team.none{color:#eef3f0}
${Object.entries(TEAM_COLOURS)
  .map(([name, { fill }]) => `.team.${teamClass(name)}{background:${fill}}`)
  .join('\n')}
.team.maroon,.team.dark-blue{color:#fff}
input,button{padding:.4em;font-size:1em}
input{text-transform:uppercase}
@media(min-width:1200px){body{font-size:28px}}
@media(max-width:240px){body{padding:6px;font-size:14px}.code{font-size:1.9em}.role,.more{display:none}.alert{font-size:1.2em}.count b{font-size:1.6em}}
`;

/** Puts what is new in the place of what was; greys it when the kit is lost. ES3: no browser is too old for it. */
export const PLAIN_SCRIPT = `(function () {
  var EVERY_MS = 1500, TIMEOUT_MS = 8000;
  var part = document.getElementById('part');
  var last = null;
  function ask() {
    var request = new XMLHttpRequest();
    var isDone = false;
    var timer = setTimeout(function () { done(0); request.abort(); }, TIMEOUT_MS);
    function done(status) {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      var isHere = status === 200 || status === 403;
      document.body.className = isHere ? '' : 'lost';
      if (isHere && request.responseText !== last) {
        last = request.responseText;
        part.innerHTML = last;
      }
      setTimeout(ask, EVERY_MS);
    }
    request.onreadystatechange = function () {
      if (request.readyState === 4) done(request.status);
    };
    request.open('GET', location.pathname + '?part=1&t=' + new Date().getTime(), true);
    request.send(null);
  }
  setTimeout(ask, EVERY_MS);
})();
`;
