import { writeSync } from 'node:fs';
import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { openStore } from '../../src/store/open.ts';
import { recordedEvent, recorderOf } from './store-fixture.ts';

/**
 * A process of its own that records numbered events as fast as the store takes them, and says on stdout how
 * many are committed. `node store-writer.ts DIR FIRST` starts with the event `e-FIRST`; it ends when killed.
 */

const STDOUT = 1;
const AHEAD_EVENTS = 500;
const BURST_EVENTS = 20;

const [dataDir = '', first = '0'] = process.argv.slice(2);
const recorder = recorderOf(await openStore({ dataDir, log: silentLog, clock: systemClock }));
let recorded = 0;
let told = 0;

function turn(): void {
  const { committed } = recorder;
  // Synchronous: a line that the killer reads was said before the kill, and after the commit.
  if (committed > told) writeSync(STDOUT, `${committed}\n`);
  told = committed;
  if (recorded - committed < AHEAD_EVENTS) {
    for (let i = 0; i < BURST_EVENTS; i += 1) {
      recorder.record(recordedEvent({ uid: `e-${Number(first) + recorded}`, receivedMs: Date.now() }));
      recorded += 1;
    }
  }
  setTimeout(turn, 1);
}
turn();
