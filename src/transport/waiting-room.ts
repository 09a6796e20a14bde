import type { Socket } from 'node:net';

/**
 * Connections that have not signed in yet. Their number is bounded; when one more comes, the oldest of the
 * address that holds most of them goes, so that one hostile device on the Wi-Fi crowds out only itself.
 */
export class WaitingRoom {
  readonly #max: number;
  /** Address → port → socket, in order of arrival. */
  readonly #byAddress = new Map<string, Map<number, Socket>>();
  #size = 0;
  /** Connections sent away since the start. */
  crowdedOut = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#size;
  }

  /** The socket waits until `leave` or its end. The TLS socket of a connection takes the raw one's place. */
  enter(socket: Socket): void {
    const { address, port } = keyOf(socket);
    const sockets = this.#byAddress.get(address);
    const isKnown = sockets?.has(port) ?? false;
    if (!isKnown && this.#size >= this.#max) this.#makeRoom();
    if (sockets === undefined) this.#byAddress.set(address, new Map([[port, socket]]));
    else sockets.set(port, socket);
    if (!isKnown) this.#size += 1;
    // Kept in the closure: a closed socket has no remote address any more.
    socket.once('close', () => this.#leave(address, port));
  }

  leave(socket: Socket): void {
    const { address, port } = keyOf(socket);
    this.#leave(address, port);
  }

  /** Sends everybody away. */
  clear(): void {
    for (const sockets of this.#byAddress.values()) for (const socket of sockets.values()) socket.destroy();
  }

  #leave(address: string, port: number): void {
    const sockets = this.#byAddress.get(address);
    if (!sockets?.delete(port)) return;
    this.#size -= 1;
    if (sockets.size === 0) this.#byAddress.delete(address);
  }

  #makeRoom(): void {
    let crowdedAddress = '';
    let crowd: Map<number, Socket> | undefined;
    for (const [address, sockets] of this.#byAddress) {
      if (sockets.size <= (crowd?.size ?? 0)) continue;
      crowdedAddress = address;
      crowd = sockets;
    }
    const oldest = crowd?.entries().next().value;
    if (oldest === undefined) return;
    this.crowdedOut += 1;
    this.#leave(crowdedAddress, oldest[0]);
    oldest[1].destroy();
  }
}

function keyOf(socket: Socket): { address: string; port: number } {
  return { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
}
