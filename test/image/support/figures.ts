import { fileURLToPath } from 'node:url';

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** What `image/build.sh product` and `image/build.sh test` leave. */
export const PRODUCT_CARD = root('.cache/image/product/card.img');
export const TEST_CARD = root('.cache/image/test/card.img');
/** Screendumps, to be looked at. */
export const SHOTS = root('.cache/image/shots');

/** The golden picture of a kit without Wi-Fi that nobody has claimed. */
export const FIRST_SCREEN = root('test/fixtures/image/first-screen.png');

/** An emulated first start takes minutes on an idle machine, and seven or more on one that builds at the same time. */
export const READY_MS = 20 * 60_000;
/** The server answers before its screen is drawn: fonts and canvas are unpacked first. */
export const SCREEN_MS = 3 * 60_000;
/** What takes a kit milliseconds takes an emulated one seconds. */
export const HEAR_MS = 2 * 60_000;
