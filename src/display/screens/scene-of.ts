import { chooseScreen, type View } from '../choose-screen.ts';
import type { Design } from '../designs.ts';
import type { Scene, ScreenId } from '../scene.ts';
import type { DisplayState } from '../state.ts';
import { approval } from './approval.ts';
import { pairing, recovery } from './codes.ts';
import type { LiveContext, ScreenContext } from './context.ts';
import { emergency } from './emergency.ts';
import { fingerprint, firstBoot } from './first-boot.ts';
import { idle } from './idle.ts';
import { oledScene } from './oled.ts';
import { onboarding } from './onboarding.ts';
import { plaintext, quietScreen, warnings, wifi } from './pages.ts';
import { paperScene } from './paper.ts';
import { people } from './roster.ts';

/** What the display shows of a state: the screen that matters most, laid out for one size. Pure. */
export function sceneOf(state: DisplayState | undefined, view: View, design: Design): Scene {
  const screen = chooseScreen(state, view, design);
  // An emergency that was put aside stays on the list, behind those that were not.
  const shown = state && { ...state, emergencies: inOrder(state, view) };
  const { controls, page } = view;
  const theme = state?.look.theme ?? view.theme;
  return draw({ state: shown, design, controls, page, theme }, screen);
}

/** The last picture of a kit that goes down. */
export function stoppedScene(view: View, design: Design): Scene {
  const { controls, theme } = view;
  return draw({ state: undefined, design, controls, page: 0, theme }, 'stopped');
}

function inOrder({ emergencies }: DisplayState, { setAside }: View): DisplayState['emergencies'] {
  const isAside = ({ uid }: { uid: string }) => Number(setAside.has(uid));
  return emergencies.toSorted((a, b) => isAside(a) - isAside(b));
}

function draw(context: ScreenContext, screen: ScreenId): Scene {
  const { state, design } = context;
  if (design.ink === 'paper') return paperScene(context, screen);
  if (design.ink === 'oled') return oledScene(context, screen);
  if (state === undefined) return quietScreen(context, screen === 'stopped' ? 'stopped' : 'starting');
  return drawLive({ ...context, state }, screen);
}

function drawLive(context: LiveContext, screen: ScreenId): Scene {
  const { claim, pairing: code, request, onboarding: adding, recovery: way, emergencies } = context.state;
  const [alert] = emergencies;
  if (screen === 'emergency' && alert) return emergency(context, alert, emergencies.length - 1);
  if (screen === 'recovery' && way) return recovery(context, way);
  if (screen === 'pairing' && code) return pairing(context, code);
  if (screen === 'approval' && request) return approval(context, request);
  if (screen === 'onboarding' && adding) return onboarding(context, adding);
  if (screen === 'first-boot' && claim) return firstBoot(context, claim);
  if (screen === 'fingerprint' && claim) return fingerprint(context, claim);
  if (screen === 'people') return people(context);
  if (screen === 'wifi') return wifi(context);
  if (screen === 'warnings') return warnings(context);
  if (screen === 'plaintext') return plaintext(context);
  return idle(context);
}
