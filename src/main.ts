// Node opens its debugger on SIGUSR1 until somebody listens for it: this comes before anything else. What the
// signal is for, a running server listens for itself.
process.on('SIGUSR1', () => {});

const { runCli } = await import('./cli/index.ts');

/** Launchers such as make pass a signal on that the terminal has sent already: these two are one. */
const SAME_SIGNAL_MS = 500;

const stopping = new AbortController();
let stoppingSinceMs = 0;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    const nowMs = performance.now();
    if (!stopping.signal.aborted) {
      stoppingSinceMs = nowMs;
      stopping.abort(signal);
    } else if (nowMs - stoppingSinceMs > SAME_SIGNAL_MS) {
      // Asked again: no draining, no farewells.
      process.exit(1);
    }
  });
}

process.exit(await runCli(process.argv, stopping.signal));
