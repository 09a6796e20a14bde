import { once } from 'node:events';
import type CoT from '@tak-ps/node-cot';
import { CoTParser } from '@tak-ps/node-cot';
import TAK from '@tak-ps/node-tak';
import { saXml } from '../../support/tak-events.ts';

/** A handshake with an emulated kit takes seconds. */
const CONNECT_MS = 90_000;
const POLL_MS = 20;

export interface Place {
  readonly lat: number;
  readonly lon: number;
}

/** Somebody with a TAK client (node-tak), who keeps what they hear. */
export interface TakPerson {
  readonly uid: string;
  readonly callsign: string;
  report(place: Place): Promise<void>;
  /** The first event of somebody else that fits, past or to come. */
  hear(uid: string, fits: (cot: CoT) => boolean, deadlineMs: number): Promise<CoT>;
  leave(): void;
}

export async function joinAs(
  callsign: string,
  port: number,
  identity: { readonly cert: string; readonly key: string; readonly ca: string },
): Promise<TakPerson> {
  const tak = await TAK.connect(new URL(`ssl://127.0.0.1:${port}`), identity);
  const uid = `IMAGE-TEST-${callsign}`;
  const heard: CoT[] = [];
  // Its socket errors when the power is cut; that is no failure of the test.
  tak.on('error', () => {});
  tak.on('cot', (cot: CoT) => heard.push(cot));
  await once(tak, 'ping', { signal: AbortSignal.timeout(CONNECT_MS) });
  return {
    uid,
    callsign,
    report: async (place) => {
      await tak.write([CoTParser.from_xml(saXml({ uid, callsign, ...place }))]);
    },
    async hear(from, fits, deadlineMs) {
      const end = performance.now() + deadlineMs;
      for (;;) {
        const found = heard.find((cot) => cot.uid() === from && fits(cot));
        if (found !== undefined) return found;
        if (performance.now() > end) throw new Error(`${callsign} did not hear ${from}`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    leave: () => tak.destroy(),
  };
}
