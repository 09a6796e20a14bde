import type { Cancel, Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Controls, View } from './choose-screen.ts';
import { concealed, withoutCodes } from './concealed.ts';
import { DESIGNS, type Design, designFor } from './designs.ts';
import { Gaze } from './gaze.ts';
import { type Placement, pointOnDesign, type Surface } from './paint.ts';
import type { Scene, ScreenAction } from './scene.ts';
import { sceneOf, stoppedScene } from './screens/scene-of.ts';
import type { PixelSink, SinkFinder } from './sinks/find-sink.ts';
import type { TextSink } from './sinks/terminal.ts';
import type { DisplayState, Theme } from './state.ts';
import { stoppedText, type TextScene, textSceneOf } from './text/text-scene.ts';

/** What a person at the display asks of the kit. */
export type DisplayRequest =
  | { readonly kind: 'approve' | 'refuse'; readonly requestId: string }
  | { readonly kind: 'open-pairing' | 'stop-pairing' | 'recover' | 'end-recovery' };

/**
 * What was pressed. `first` and `second` are the buttons ● and ■ and mean what the screen says beside them; the
 * others are keys with one meaning. `recover` is ● held for 5 s.
 */
export type Press =
  | 'first'
  | 'second'
  | 'approve'
  | 'refuse'
  | 'open-pairing'
  | 'next-page'
  | 'set-aside'
  | 'end-recovery'
  | 'recover';

export interface DisplayDeps {
  /** Undefined before the kit is up. Read at least each second: cheap. */
  readonly read: () => DisplayState | undefined;
  readonly sinks: SinkFinder;
  /** What people can press at this moment. */
  readonly controls: () => Controls;
  readonly act: (request: DisplayRequest) => void;
  /** Until the first state says another. */
  readonly theme: Theme;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Display {
  start(): void;
  /** Shows that the kit has stopped, and lets go of the screen. */
  stop(): Promise<void>;
  /** Something changed that people should see now rather than within seconds. */
  refresh(): void;
  press(press: Press): void;
  /** A finger, as shares (0 to 1) of the device's width and height. */
  touch(point: { readonly x: number; readonly y: number }): void;
  /**
   * What is up at this moment, for a view of it elsewhere: without what only people at the kit may know. Laid
   * out as on the screen, or, where none is connected, for the middle size.
   */
  viewFromAfar(): Scene;
}

const TICK_MS = 1_000;
/** What only ages ("8 s ago") is drawn anew this seldom: each picture costs a small kit's processor 50 ms. */
const AGEING_PERIOD_MS = 5_000;
/** Paper is rewritten at most this often while its screen stays the same. */
const PAPER_PERIOD_MS = 60_000;
/** A screen that fails is tried again after this. */
const RETRY_MS = 10_000;
/** Who reaches for a button does not see what comes up under the finger: presses count from here on. */
const ANSWER_GUARD_MS = 700;
const SET_ASIDE_MS = 60_000;
/** The OLED has one fact at a time: without a button its leaves turn by themselves. */
const LEAF_MS = 6_000;
/** Somebody who turned the page and left: the next one finds the number. */
const HOME_AFTER_MS = 60_000;
/** However often the team changes. */
const CHANGED_PERIOD_MS = 1_000;
/** The last picture must not keep the kit from stopping. */
const LAST_PICTURE_MS = 2_000;

const MIDDLE = DESIGNS.find(({ id }) => id === '480x320') as Design;
const COUNTING: readonly string[] = ['pairing', 'recovery', 'onboarding', 'first-boot'];

/** The local display: looks at the kit's state, draws what changed, and passes on what is pressed. */
export function createDisplay(deps: DisplayDeps): Display {
  const { clock, log, sinks } = deps;
  const gaze = new Gaze(clock);
  /** uid → end of its being put aside, monotonic. */
  const setAside = new Map<string, number>();
  let page = 0;
  let theme = deps.theme;
  /** What stands on the screen. */
  let shown: { scene: Scene; key: string; atMs: number; sinceMs: number; placement: Placement } | undefined;
  /** Settled while nothing is drawn; never rejects. */
  let drawing: Promise<void> = Promise.resolve();
  let isDrawing = false;
  let urgency: Urgency = 'none';
  let retryAtMs = 0;
  let shownText: { scene: TextScene; key: string; atMs: number; sinceMs: number } | undefined;
  let stopTick: Cancel | undefined;
  let isStopping = false;

  function view(): View {
    const nowMs = clock.monotonicMs();
    for (const [uid, untilMs] of setAside) if (untilMs <= nowMs) setAside.delete(uid);
    return { page, setAside: new Set(setAside.keys()), controls: deps.controls(), theme };
  }

  function look(): { state: DisplayState | undefined; view: View } {
    const state = deps.read();
    theme = state?.look.theme ?? theme;
    return { state, view: view() };
  }

  /** Whatever goes wrong with a screen, positions go on: nothing is thrown from here. */
  function tick(): void {
    if (isStopping) return;
    try {
      showNow();
    } catch (error) {
      failed(error);
    }
  }

  function failed(error: unknown): void {
    // Asked for too often it would fail too often.
    retryAtMs = clock.monotonicMs() + RETRY_MS;
    shown = undefined;
    if (!isStopping) log.warnRarely('display', 'display.failed', { error: messageOf(error) });
  }

  function showNow(): void {
    if (clock.monotonicMs() < retryAtMs) return;
    const sink = sinks.find();
    if (sink === undefined) {
      shown = undefined;
      return;
    }
    if (gaze.unseenMs() >= HOME_AFTER_MS) page = 0;
    const { state, view } = look();
    if (sink.kind === 'text') {
      write(sink, textSceneOf(state, view));
      return;
    }
    if (!isDrawing) draw(sink, state, view);
  }

  function write(sink: TextSink, scene: TextScene): void {
    const key = JSON.stringify(scene);
    if (key === shownText?.key) return;
    const nowMs = clock.monotonicMs();
    const isNewScreen = isAnother(scene, shownText?.scene);
    const periodMs =
      isNewScreen || urgency !== 'none' || COUNTING.includes(scene.screen) ? 0 : AGEING_PERIOD_MS;
    if (shownText !== undefined && nowMs - shownText.atMs < periodMs) return;
    urgency = 'none';
    shownText = { scene, key, atMs: nowMs, sinceMs: isNewScreen ? nowMs : (shownText?.sinceMs ?? nowMs) };
    sink.show(scene);
  }

  function draw(sink: PixelSink, state: DisplayState | undefined, view: View): void {
    const design = designOf(sink.target);
    turnLeaves(design, view);
    const scene = sceneOf(state, { ...view, page }, design);
    const isNewScreen = isAnother(scene, shown?.scene);
    if (isNewScreen) gaze.catch();
    const placement = gaze.placement(scene, state?.look, sink.canBurnIn);
    const key = JSON.stringify([sink.target, scene, placement]);
    if (key === shown?.key) return;
    const nowMs = clock.monotonicMs();
    const waitMs = isNewScreen || shown === undefined ? 0 : periodOf(scene, sink, urgency);
    if (shown !== undefined && nowMs - shown.atMs < waitMs) return;

    isDrawing = true;
    urgency = 'none';
    drawing = sink.thread
      .show({ scene, target: sink.target, placement })
      .then((tookMs) => {
        const sinceMs = isNewScreen || shown === undefined ? clock.monotonicMs() : shown.sinceMs;
        shown = { scene, key, atMs: nowMs, sinceMs, placement };
        log.debug('display.drawn', { screen: scene.screen, tookMs: Math.round(tookMs) });
      })
      .catch(failed)
      .finally(() => {
        isDrawing = false;
        // What was pressed meanwhile waits no longer.
        if (urgency === 'pressed') tick();
      });
  }

  function turnLeaves({ ink }: Design, { controls }: View): void {
    if (ink !== 'oled' || controls.hasButtons) return;
    page = Math.floor(clock.monotonicMs() / LEAF_MS);
  }

  /** Draws without waiting for the next turn. */
  function hurry(): void {
    urgency = 'pressed';
    tick();
  }

  function press(press: Press): void {
    const { buttons } = current();
    if (press === 'recover') {
      if (gaze.wake()) hurry();
      if (deps.read()?.claim === undefined) deps.act({ kind: 'recover' });
      hurry();
      return;
    }
    const action = press === 'first' ? buttons.first : press === 'second' ? buttons.second : press;
    perform(action);
  }

  function perform(action: ScreenAction | undefined): void {
    // The first touch of a dark screen only lights it: nobody can mean what they cannot see.
    const wasDark = gaze.wake();
    if (!wasDark && action !== undefined) run(action);
    hurry();
  }

  function run(action: ScreenAction): void {
    const { scene, sinceMs } = seen();
    const isSeen = clock.monotonicMs() - sinceMs >= ANSWER_GUARD_MS;
    switch (action) {
      case 'next-page':
        page += 1;
        return;
      case 'set-aside':
        for (const { uid } of deps.read()?.emergencies ?? []) {
          setAside.set(uid, clock.monotonicMs() + SET_ASIDE_MS);
        }
        return;
      case 'approve':
      case 'refuse':
        if (isSeen && scene?.requestId !== undefined) deps.act({ kind: action, requestId: scene.requestId });
        return;
      case 'open-pairing':
        // On a terminal the same key stops it.
        if (scene?.screen === 'pairing') deps.act({ kind: 'stop-pairing' });
        else if (deps.read()?.claim === undefined) deps.act({ kind: 'open-pairing' });
        return;
      case 'stop-pairing':
      case 'end-recovery':
        if (isSeen) deps.act({ kind: action });
        return;
    }
  }

  /** What people have before their eyes, and since when: an answer is about that, not about what comes next. */
  function seen(): { scene: Seen | undefined; sinceMs: number } {
    const { scene, sinceMs } = shown ?? shownText ?? { scene: undefined, sinceMs: Number.POSITIVE_INFINITY };
    return { scene, sinceMs };
  }

  /** What people see: what was drawn last, or what a terminal shows. */
  function current(): Scene {
    if (shown !== undefined) return shown.scene;
    const { state, view } = look();
    return sceneOf(state, view, MIDDLE);
  }

  async function sayStopped(): Promise<void> {
    // The thread paints one at a time.
    await drawing;
    const sink = sinks.find();
    if (sink === undefined) return;
    if (sink.kind === 'text') {
      sink.show(stoppedText());
      return;
    }
    const last = stoppedScene(view(), designOf(sink.target));
    const placement = { brightnessPercent: 100, shiftX: 0, shiftY: 0 };
    await sink.thread.show({ scene: last, target: sink.target, placement });
  }

  return {
    start() {
      stopTick = clock.every(TICK_MS, tick);
      tick();
    },
    async stop() {
      if (isStopping) return;
      isStopping = true;
      stopTick?.();
      const tooLate = new Promise<void>((resolve) => clock.after(LAST_PICTURE_MS, resolve));
      await Promise.race([sayStopped().catch(() => {}), tooLate]);
      await sinks.close();
    },
    refresh() {
      if (urgency === 'none') urgency = 'changed';
      tick();
    },
    press,
    touch({ x, y }) {
      const sink = sinks.find();
      if (sink?.kind !== 'pixels' || shown === undefined) return;
      const { target } = sink;
      const device = { x: x * target.width, y: y * target.height };
      const point = pointOnDesign(shown.scene, target, shown.placement, device);
      // The last one drawn is on top.
      const hit = shown.scene.touch.findLast(
        (area) =>
          point.x >= area.x &&
          point.x < area.x + area.width &&
          point.y >= area.y &&
          point.y < area.y + area.height,
      );
      perform(hit?.action);
    },
    viewFromAfar() {
      const { state, view } = look();
      const design = shown?.scene.design ?? MIDDLE;
      return withoutCodes(sceneOf(state && concealed(state), view, design));
    },
  };
}

/** Turned on its side, a screen has its other shape. */
function designOf({ width, height, rotation, isOneBit }: Surface): Design {
  const isTurned = rotation === 90 || rotation === 270;
  return designFor({ width: isTurned ? height : width, height: isTurned ? width : height, isOneBit });
}

/** Another screen, or the same about somebody else. */
function isAnother(scene: Seen, before: Seen | undefined): boolean {
  return scene.screen !== before?.screen || scene.requestId !== before.requestId;
}

type Seen = Pick<Scene, 'screen' | 'requestId'>;

/** Why there should be a new picture: nothing but time, something in the kit, or a person. */
type Urgency = 'none' | 'changed' | 'pressed';

/** How long a picture stands at least while its screen stays. */
function periodOf(scene: Scene, { isSlow }: PixelSink, urgency: Urgency): number {
  if (urgency === 'pressed') return 0;
  if (isSlow) return PAPER_PERIOD_MS;
  if (urgency === 'changed') return CHANGED_PERIOD_MS;
  return COUNTING.includes(scene.screen) || scene.design.ink === 'oled' ? 0 : AGEING_PERIOD_MS;
}
