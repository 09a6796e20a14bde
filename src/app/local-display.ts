import { join } from 'node:path';
import { AT_THE_BUTTON } from '../auth/pairing-ports.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { CotEvent } from '../cot/event.ts';
import { createDisplay } from '../display/display.ts';
import { createSinkFinder } from '../display/sinks/find-sink.ts';
import type { DisplayPort } from '../http/app-deps.ts';
import type { Hub } from '../hub/hub.ts';
import { createButtons } from '../system/buttons.ts';
import { createTerminalKeys } from '../system/buttons-terminal.ts';
import { parseTouchRange } from '../system/buttons-touch.ts';
import { readFramebufferInfo } from '../system/framebuffer-info.ts';
import { createSupplyReader } from '../system/supply.ts';
import { createDisplayActions } from './display-actions.ts';
import { type DisplayExtras, readDisplayState } from './display-state.ts';
import type { Kit } from './kit.ts';
import { OpenEmergencies } from './open-emergencies.ts';
import type { PageFacts } from './page-addresses.ts';
import { createInvitationBoard } from './shown-invitation.ts';

/** What a kit that is up shows itself by. */
export interface LiveKit extends DisplayExtras {
  readonly kit: Kit;
  readonly hub: Hub;
  readonly pages: () => PageFacts;
}

/** The screen, buttons and keys of the kit itself. */
export interface LocalDisplay {
  /** Says that the kit is starting. */
  start(): void;
  /** From now on the display tells of this kit, and its buttons act on it. */
  show(live: LiveKit): void;
  /** An event that the hub took, from somebody who speaks into these channels. */
  note(event: CotEvent, groupsIn: readonly string[], ageMs?: number): void;
  /** Those that nobody called off. */
  readonly emergencies: Pick<OpenEmergencies, 'list'>;
  /** For administrators elsewhere. */
  readonly port: DisplayPort;
  /** Where it speaks now; on a terminal all the time, or, for want of a screen, only what people must see. */
  place(): 'screen' | 'terminal' | 'notes_on_terminal' | 'nowhere';
  /** Says that the kit has stopped, and lets go of screen and buttons. */
  stop(): Promise<void>;
}

/** How often it is looked whether the phone that an invitation is for has come. */
const ARRIVAL_PERIOD_MS = 1_000;

export function createLocalDisplay({
  config,
  clock,
  log,
}: {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
}): LocalDisplay {
  const { sink, size, rotation, channelOrder, touch, theme } = config.display;
  const emergencies = new OpenEmergencies(clock);
  const supply = createSupplyReader(clock);
  const started = new AsyncDisposableStack();
  let isStarted = false;
  let read: Parameters<typeof createDisplay>[0]['read'] = () => undefined;
  let act: Parameters<typeof createDisplay>[0]['act'] = () => {};
  let invitations: ReturnType<typeof createInvitationBoard> | undefined;

  const sinks = createSinkFinder({
    settings: { sink, size, rotation, channelOrder },
    readFramebuffer: readFramebufferInfo,
    cacheDir: join(config.dataDir, 'cache'),
    clock,
  });
  const display = createDisplay({
    read: () => read(),
    sinks,
    controls: () => buttons.controls(),
    act: (request) => act(request),
    theme,
    clock,
    log,
  });
  const buttons = createButtons({
    // Keys of a machine without a screen of ours are meant for something else.
    onPress: (press) => hasOwnScreen() && display.press(press),
    onTouch: (point) => hasOwnScreen() && display.touch(point),
    screenSize: () => {
      const found = sinks.find();
      return found?.kind === 'pixels' ? found.target : undefined;
    },
    touchRange: parseTouchRange(touch),
    clock,
    log,
  });

  function hasOwnScreen(): boolean {
    const found = sinks.find();
    return found?.kind === 'pixels' && found.target.kind === 'framebuffer';
  }

  return {
    start() {
      if (sink === 'off') return;
      isStarted = true;
      started.defer(() => display.stop());
      display.start();
      if (sink === 'auto' || sink.startsWith('framebuffer:')) {
        buttons.start();
        started.defer(() => buttons.stop());
      }
      if (sink === 'terminal') {
        const keys = createTerminalKeys((press) => display.press(press));
        started.defer(() => keys?.stop());
      }
    },

    show({ kit, hub, ...live }) {
      const { auth, health } = kit;
      const refresh = () => isStarted && display.refresh();
      let channels: readonly string[] | undefined;
      const lookUpChannels = async () => {
        if (auth.pairing.shown().requests.length === 0) return;
        channels = await auth.pairing.usualChannels(AT_THE_BUTTON);
        refresh();
      };
      const actions = createDisplayActions({
        auth,
        channels: () => channels,
        onChange: refresh,
        clock,
        log,
      });
      const board = createInvitationBoard({
        clock,
        onChange: refresh,
        onArrived: (callsign) => actions.say(`${callsign} is on the map.`),
      });
      const facts = {
        supply,
        ...live,
        config,
        clock: kit.clock,
        health,
        auth,
        caFingerprint: () => kit.authority.fingerprint(),
        time: kit.time,
        hub,
        emergencies: () => emergencies.list(),
        channels: () => channels,
        onboarding: board.current,
        notice: actions.notice,
      };
      read = () => readDisplayState(facts);
      act = actions.act;
      invitations = board;
      for (const cancel of [
        auth.claimCode.onChange(refresh),
        auth.adminRecovery.onChange(refresh),
        auth.pairing.onChange(() => {
          refresh();
          lookUpChannels().catch((error) => log.error('display.no_channels', { error: String(error) }));
        }),
        health.onChange(refresh),
        clock.every(ARRIVAL_PERIOD_MS, () => board.look(hub)),
        board.hide,
      ]) {
        started.defer(cancel);
      }
      refresh();
    },

    note(event, groupsIn, ageMs) {
      if (emergencies.note(event, groupsIn, ageMs) && isStarted) display.refresh();
    },

    emergencies,

    port: {
      refuseOff,
      scene() {
        refuseOff();
        return display.viewFromAfar();
      },
      showInvitation: (invitation) => invitations?.show(invitation),
      hideInvitation: () => invitations?.hide(),
    },

    place() {
      const found = sinks.find();
      if (found === undefined) return 'nowhere';
      if (found.kind === 'pixels') return 'screen';
      return sink === 'terminal' ? 'terminal' : 'notes_on_terminal';
    },
    stop: () => started.disposeAsync(),
  };

  function refuseOff(): void {
    if (sink === 'off') throw new BivouacError('display.off');
  }
}
