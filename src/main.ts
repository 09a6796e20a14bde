// Node opens its debugger on SIGUSR1 until somebody listens for it: this comes before anything else.
process.on('SIGUSR1', () => {});

const { runCli } = await import('./cli/index.ts');

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    // The second one means it: no draining, no farewells.
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort(signal);
  });
}

process.exit(await runCli(process.argv, stopping.signal));
