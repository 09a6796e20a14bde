import type { Scene } from './scene.ts';
import type { DisplayState } from './state.ts';

/** Stands for a letter that only people at the kit may read. */
const DOT = '•';
/** Tells nothing of the passphrase's length. */
const PASSPHRASE = DOT.repeat(12);

/**
 * The state as it may be seen from afar. Being at the kit is what proves a claim and a recovery, and comparing
 * codes what keeps a stranger's screen out: whoever could read them elsewhere would need neither. The code that
 * the kit shows for pairing stays: whoever may look may open one himself.
 */
export function concealed(state: DisplayState): DisplayState {
  const { claim, recovery, request, wifi } = state;
  return {
    ...state,
    claim: claim && { ...claim, code: dots(claim.code) },
    recovery: recovery && { ...recovery, code: dots(recovery.code) },
    request: request && { ...request, code: dots(request.code) },
    wifi: wifi && { ...wifi, passphrase: wifi.passphrase && PASSPHRASE },
  };
}

/** QR codes keep their place and lose their text: they are links, codes and passphrases. */
export function withoutCodes(scene: Scene): Scene {
  return { ...scene, items: scene.items.map((item) => (item.kind === 'qr' ? { ...item, text: '' } : item)) };
}

function dots(code: string): string {
  return code.replaceAll(/[^\s-]/g, DOT);
}
