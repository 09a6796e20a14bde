import { type Html, html, page } from './page.ts';
import type { PageLanguage } from './page-language.ts';
import { trustSteps } from './trust-steps.ts';

export interface LandingFacts {
  readonly kitName: string;
  /** SHA-256 of the CA, `AB:CD:…`. */
  readonly fingerprint: string;
  /** Where people sign in, `https://10.42.0.1:8446`; undefined when this kit has no such port. */
  readonly pagesUrl: string | undefined;
  readonly language: PageLanguage;
}

/** What a phone's browser shows that found the kit by itself. Nothing on it is secret. */
export function landingPage(facts: LandingFacts): string {
  return page(facts.kitName, LANDING[facts.language](facts), facts.language);
}

const LANDING: Readonly<Record<PageLanguage, (facts: LandingFacts) => Html>> = {
  en: ({ kitName, fingerprint, pagesUrl }) => html`<h1>${kitName}</h1>
<p>This kit connects the phones of a team. To get on the map:</p>
<ol>
<li>Install ATAK (Android), iTAK (iPhone) or WinTAK (Windows).</li>
<li>Ask whoever looks after the kit to add you. You get a code to scan and a code to type.</li>
<li>Scan the first one with the camera. Its page says what to do with your app.</li>
</ol>
${links(pagesUrl, {
  title: 'Pages of the kit',
  text: 'For whoever looks after it, and for screens. A device that does not know its certificate warns: take the certificate first, below.',
  sign: 'Sign in',
  setup: 'Set up a new kit',
})}
<h2>The certificate of the kit</h2>
<p>The kit has its own certificate authority, because there is no Internet where it works. A device that knows it can tell this kit from somebody who only says so, and opens its pages without a warning. The packages for ATAK, iTAK and WinTAK hold it already.</p>
<div class="panel"><p>Compare before you trust it. On the display of the kit stands the same fingerprint (SHA-256):</p>
<p class="mono">${fingerprint}</p></div>
${trustSteps('en')}
<h2>A TV or a watch</h2>
<p>It shows the team, and can send nothing. ${screens(pagesUrl, 'TV', 'watch')} A screen that takes no certificate can be let in without encryption, if whoever looks after the kit allows it: <a href="/tv">/tv</a> and <a href="/watch">/watch</a> at this address.</p>`,
  de: ({ kitName, fingerprint, pagesUrl }) => html`<h1>${kitName}</h1>
<p>Dieses Kit verbindet die Telefone eines Teams. So kommst du auf die Karte:</p>
<ol>
<li>ATAK (Android), iTAK (iPhone) oder WinTAK (Windows) installieren.</li>
<li>Wer sich um das Kit kümmert, fügt dich hinzu. Du bekommst einen Code zum Scannen und einen zum Tippen.</li>
<li>Den ersten mit der Kamera scannen. Seine Seite sagt, wie es in der App weitergeht.</li>
</ol>
${links(pagesUrl, {
  title: 'Seiten des Kits',
  text: 'Für die, die sich darum kümmern, und für Anzeigen. Ein Gerät, das sein Zertifikat nicht kennt, warnt: zuerst das Zertifikat nehmen, unten.',
  sign: 'Anmelden',
  setup: 'Neues Kit einrichten',
})}
<h2>Das Zertifikat des Kits</h2>
<p>Das Kit hat eine eigene Zertifizierungsstelle, denn wo es arbeitet, ist kein Internet. Ein Gerät, das sie kennt, unterscheidet dieses Kit von einem, das sich nur so nennt, und öffnet seine Seiten ohne Warnung. Die Pakete für ATAK, iTAK und WinTAK enthalten sie schon.</p>
<div class="panel"><p>Erst vergleichen, dann vertrauen. Auf dem Display des Kits steht derselbe Fingerabdruck (SHA-256):</p>
<p class="mono">${fingerprint}</p></div>
${trustSteps('de')}
<h2>Fernseher oder Uhr</h2>
<p>Zeigt das Team und kann nichts senden. ${screens(pagesUrl, 'Fernseher', 'Uhr')} Eine Anzeige, die kein Zertifikat nimmt, darf ohne Verschlüsselung hinein, wenn es erlaubt wurde: <a href="/tv">/tv</a> und <a href="/watch">/watch</a> unter dieser Adresse.</p>`,
};

function links(
  pagesUrl: string | undefined,
  words: { readonly title: string; readonly text: string; readonly sign: string; readonly setup: string },
): Html {
  if (pagesUrl === undefined) return html``;
  return html`<h2>${words.title}</h2>
<p>${words.text}</p>
<a class="button" href="${pagesUrl}/">${words.sign}</a>
<p><a href="${pagesUrl}/setup">${words.setup}</a></p>`;
}

function screens(pagesUrl: string | undefined, tv: string, watch: string): Html {
  if (pagesUrl === undefined) return html``;
  return html`<a href="${pagesUrl}/tv">${tv}: ${pagesUrl}/tv</a>, <a href="${pagesUrl}/watch">${watch}: ${pagesUrl}/watch</a>.`;
}

export interface JoinFacts {
  readonly kitName: string;
  readonly client: 'atak' | 'wintak' | 'itak';
  /** Address of the package, single-use. */
  readonly packageUrl: string;
  /** `tak://` link for ATAK. */
  readonly importLink: string;
}

/** The page behind an invitation: one button for the client that the invitation is for. */
export function joinPage(facts: JoinFacts): string {
  return page(
    `Join ${facts.kitName}`,
    html`<h1>Join ${facts.kitName}</h1>${CLIENTS[facts.client](facts)}${SIGN_IN}`,
  );
}

export function lostLinkPage(kitName: string): string {
  return page(
    kitName,
    html`<h1>This link is used up</h1>
<p>Each link works once, for one device and for a few minutes.</p>
<p>Ask whoever looks after the kit for a new code. <a href="/welcome">More about this kit</a></p>`,
  );
}

const SIGN_IN = html`<div class="panel"><p>When the app asks, type your user name and the code that you were shown, as password.</p></div>
<p class="quiet">The link works once, for this device. If it is used up, ask for a new code.</p>`;

const CLIENTS: Readonly<Record<JoinFacts['client'], (facts: JoinFacts) => Html>> = {
  atak: ({ importLink, packageUrl }) => html`<p>ATAK has to be installed on this phone.</p>
<a class="button" href="${importLink}">Open in ATAK</a>
<p>Nothing happens? Save the package, then in ATAK: Import Manager, Local SD.</p>
<a class="button second" href="${packageUrl}">Save the package</a>`,
  itak: ({ packageUrl }) => html`<p>iTAK has to be installed on this phone.</p>
<a class="button" href="${packageUrl}">Get the package</a>
<ol><li>Tap the download, then Share.</li><li>Choose iTAK.</li></ol>
<p>Or in iTAK: Settings, Network, Server, +, Scan QR, and scan the code for iTAK.</p>`,
  wintak: ({ packageUrl }) => html`<p>WinTAK has to be installed on this computer.</p>
<a class="button" href="${packageUrl}">Save the package</a>
<p>Then in WinTAK: Import, and choose the file.</p>`,
};
