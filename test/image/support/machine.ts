import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../src/core/errors.ts';
import { createMonitor, type Monitor } from './monitor.ts';
import { createSerialShell, type SerialShell } from './serial-shell.ts';

/** A card is larger than the image that is written onto it. */
const CARD_BYTES = 4 * 1024 ** 3;
const MEMORY_MIB = 1_024;
/**
 * As many as half of this machine can carry. Where two emulated processors share one real one, each spins in wait for
 * the other and a start takes four times as long.
 */
const PROCESSORS = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
const SOCKET_WAIT_MS = 10_000;
const UBOOT = '/usr/lib/u-boot/qemu_arm64/u-boot.bin';

/** Ports of the kit that can be reached from here. */
const GUEST_PORTS = { https: 8446, cotTls: 8089, httpsCert: 8443, portal: 8081 } as const;
export type GuestPort = keyof typeof GUEST_PORTS;

/** A memory card: a copy of the image, as large as real ones are. */
export interface Card {
  readonly file: string;
  remove(): void;
}

/** An emulated computer that starts from a card. */
export interface Machine {
  /** Where a port of the kit is found on this host's loopback. */
  port(name: GuestPort): number;
  readonly serial: SerialShell;
  readonly monitor: Monitor;
  /** Milliseconds since power on. */
  upMs(): number;
  /** Cuts the power. */
  kill9(): Promise<void>;
}

/** An image that `make image` or `make image-test` has built. */
export function copyToCard(image: string): Card {
  if (!existsSync(image)) throw new Error(`${image} is not there: run make image-test`);
  const dir = mkdtempSync(join(process.env['BIVOUAC_IMAGE_SCRATCH'] ?? tmpdir(), 'bivouac-card-'));
  const file = join(dir, 'card.img');
  // Holes stay holes: a gigabyte of the card is empty.
  execFileSync('cp', ['--sparse=always', image, file]);
  if (statSync(file).size > CARD_BYTES) throw new Error('the image is larger than the card');
  truncateSync(file, CARD_BYTES);
  return { file, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Switches a computer on. Its disk writes through to the card: what the guest was told is written, is written. */
export async function powerOn(card: Card): Promise<Machine> {
  const dir = mkdtempSync(join(tmpdir(), 'bivouac-machine-'));
  const serialPath = join(dir, 'serial');
  const monitorPath = join(dir, 'monitor');
  const ports = new Map<GuestPort, number>();
  for (const name of Object.keys(GUEST_PORTS) as GuestPort[]) ports.set(name, await freePort());
  const forwards = [...ports].map(([name, port]) => `hostfwd=tcp:127.0.0.1:${port}-:${GUEST_PORTS[name]}`);
  const startedMs = performance.now();
  const child = spawn(
    'qemu-system-aarch64',
    [
      ['-M', 'virt', '-cpu', 'cortex-a72', '-smp', String(PROCESSORS), '-m', String(MEMORY_MIB)],
      ['-accel', 'tcg,thread=multi', '-display', 'none', '-nodefaults', '-no-reboot'],
      ['-bios', UBOOT],
      ['-device', 'virtio-gpu-pci,xres=800,yres=480', '-device', 'virtio-rng-pci'],
      ['-drive', `file=${card.file},if=none,id=card,format=raw,cache=directsync`],
      ['-device', 'virtio-blk-pci,drive=card'],
      [
        '-netdev',
        ['user,id=wire,ipv6=off', ...forwards].join(','),
        '-device',
        'virtio-net-pci,netdev=wire,romfile=',
      ],
      ['-serial', `unix:${serialPath},server=on,wait=off`],
      ['-qmp', `unix:${monitorPath},server=on,wait=off`],
    ].flat(),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const ended = once(child, 'close').then(() => {
    process.off('exit', killAtExit);
    rmSync(dir, { recursive: true, force: true });
  });
  const kill9 = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  try {
    const sockets = [serialPath, monitorPath].map((path) => connectTo(path, child, () => complaints));
    const [serial, monitor] = (await Promise.all(sockets)) as [Socket, Socket];
    return {
      port: (name) => ports.get(name)!,
      serial: createSerialShell(serial),
      monitor: await createMonitor(monitor),
      upMs: () => performance.now() - startedMs,
      kill9,
    };
  } catch (error) {
    // Nobody else could end it.
    await kill9();
    throw error;
  }
}

async function connectTo(path: string, child: ChildProcess, complaints: () => string): Promise<Socket> {
  const deadline = performance.now() + SOCKET_WAIT_MS;
  for (;;) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      // The machine is switched off by a kill: an end of the socket is no news.
      socket.on('error', () => {});
      return socket;
    } catch (error) {
      // The file is there a moment before QEMU listens on it.
      if (child.exitCode !== null) throw new Error(`QEMU ended: ${complaints()}`);
      if (performance.now() > deadline) {
        throw new Error(`QEMU did not open ${path}: ${messageOf(error)} ${complaints()}`);
      }
      await sleep(20);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
