import { systemClock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { openStore } from '../../src/store/open.ts';

/** A process beside others: `node store-opener.ts DIR NAME WRITES` opens the store and writes so many settings. */
const [dataDir = '', name = '', writes = '0'] = process.argv.slice(2);
const store = await openStore({ dataDir, log: silentLog, clock: systemClock });
for (let i = 0; i < Number(writes); i += 1) {
  await store.settings.set({ key: `${name}.${i}`, value: i, nowMs: Date.now() });
}
await store.close();
