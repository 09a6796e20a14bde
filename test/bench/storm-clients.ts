import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { createStampFinder, loadEventXml, wallMs } from '../support/load-event.ts';
import type { StormConfig, StormMessage, StormRound, StormRoundResult } from './reconnect-storm.ts';

/** Half of the clients of a reconnect storm, in a process of their own; started by reconnect-storm.ts. */

let config: StormConfig;
let secureContext: SecureContext;
let sockets: TLSSocket[] = [];

process.on('message', (message: StormMessage) => {
  if (message.kind === 'config') {
    config = message.config;
    secureContext = createSecureContext(config.identity);
  } else if (message.kind === 'round') {
    void playRound(message.round).then((result) => process.send!(result));
  } else {
    for (const socket of sockets) socket.destroy();
    sockets = [];
  }
});
process.on('disconnect', () => process.exit(0));

async function playRound(round: StormRound): Promise<StormRoundResult> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, round.startMs - wallMs())));
  const connectedMs: number[] = [];
  const completeMs: number[] = [];
  let missingPairs = 0;
  await Promise.all(
    config.indexes.map(async (index) => {
      const seen = await meetEverybody(index, round, connectedMs);
      missingPairs += seen.missing;
      if (seen.missing === 0) completeMs.push(seen.atMs - round.startMs);
    }),
  );
  return { connectedMs, completeMs, missingPairs };
}

/** Connects, says where it is, and listens until it has heard the same from all others. */
function meetEverybody(index: number, round: StormRound, connectedMs: number[]) {
  return new Promise<{ missing: number; atMs: number }>((resolve) => {
    const { host, port, total, timeoutMs } = config;
    const heard = new Set<number>();
    const done = () => {
      clearTimeout(timer);
      resolve({ missing: total - 1 - heard.size, atMs: wallMs() });
    };
    const timer = setTimeout(done, timeoutMs);
    const socket = connect({
      host,
      port,
      secureContext,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    sockets.push(socket);
    socket.setNoDelay(true);
    socket.once('secureConnect', () => {
      connectedMs.push(wallMs() - round.startMs);
      socket.write(loadEventXml(index, round.sequence));
    });
    const find = createStampFinder(({ sender, sequence }) => {
      if (sequence < round.sequence || sender === index) return;
      heard.add(sender);
      if (heard.size === total - 1) done();
    });
    socket.on('data', find);
    // A lost connection shows as missing pairs.
    socket.on('error', () => {});
  });
}
