import type { FoundRequest } from '../../auth/pairing-ports.ts';
import { type Html, html, page } from './page.ts';

const KINDS: Readonly<Record<FoundRequest['kind'], string>> = { tv: 'TV', watch: 'watch', screen: 'screen' };

/** Where a phone approves a screen: the code, and who says so. */
export function pairPage({
  code,
  username,
  problem,
}: {
  readonly code: string;
  readonly username: string;
  /** What was wrong the last time; '' for nothing. */
  readonly problem: string;
}): string {
  return page(
    'Pair a screen',
    html`<h1>Pair a screen</h1>
<p>A TV or a watch shows a code. With it, the screen sees the team's positions, chat and alerts, and can send nothing.</p>
${problem === '' ? '' : html`<div class="panel" role="alert"><p>${problem}</p></div>`}
<form method="post" action="/pair">
<label>Code on the screen<input name="code" value="${code}" autocomplete="off" autocapitalize="characters" spellcheck="false" required></label>
<label>Your user name<input name="user" value="${username}" autocomplete="username" autocapitalize="none" required></label>
<label>Your password<input name="pass" type="password" autocomplete="current-password" required></label>
<label>Code of your app, if you use one<input name="passcode" inputmode="numeric" autocomplete="one-time-code"></label>
<button>Next</button>
</form>`,
  );
}

/** Before anything is given: who asks. */
export function confirmPairPage(
  { kind, name, remote, createdMs, channels }: FoundRequest,
  { code, nowMs }: { readonly code: string; readonly nowMs: number },
): string {
  const ageS = Math.max(0, Math.round((nowMs - createdMs) / 1_000));
  return page(
    'Pair a screen',
    html`<h1>Is this your ${KINDS[kind]}?</h1>
<div class="panel">
<p>${name}</p>
<p class="mono">${code}</p>
<p class="quiet">At ${remote}, asked ${String(ageS)} s ago</p>
</div>
<p>It will see ${channelsText(channels)}. Allow it only if the same code stands on the screen before you.</p>
<form method="post" action="/pair/decision">
<button name="decision" value="approve">Allow</button>
<button class="second" name="decision" value="refuse">Refuse</button>
</form>`,
  );
}

export function pairedPage(text: string): string {
  return page('Pair a screen', html`<h1>${text}</h1><p><a href="/pair">Pair another screen</a></p>`);
}

function channelsText(channels: readonly string[]): Html {
  return channels.length === 1
    ? html`the channel ${channels[0] ?? ''}`
    : html`the channels ${channels.join(', ')}`;
}
