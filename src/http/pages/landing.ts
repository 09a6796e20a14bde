import { type Html, html, page } from './page.ts';

/** What a phone's browser shows that found the kit by itself. Nothing on it is secret. */
export function landingPage({
  kitName,
  fingerprint,
}: {
  readonly kitName: string;
  /** SHA-256 of the CA, `AB:CD:…`. */
  readonly fingerprint: string;
}): string {
  return page(
    kitName,
    html`<h1>${kitName}</h1>
<p>This kit connects the phones of a team. To get on the map:</p>
<ol>
<li>Install ATAK (Android), iTAK (iPhone) or WinTAK (Windows).</li>
<li>Ask whoever looks after the kit to add you. You get a code to scan and a code to type.</li>
<li>Scan the first one with the camera. Its page says what to do with your app.</li>
</ol>
<h2>The certificate of the kit</h2>
<p>Some devices want it before they open the pages of the kit. The packages for ATAK, iTAK and WinTAK hold it already.</p>
<a class="button second" href="/ca.crt">Certificate (Android, Windows)</a>
<a class="button second" href="/ca.mobileconfig">Profile (iPhone, iPad)</a>
<div class="panel"><p>Compare before you trust it. On the display of the kit stands the same fingerprint:</p>
<p class="mono">${fingerprint}</p></div>`,
  );
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
