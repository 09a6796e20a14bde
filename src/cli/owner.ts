import { chownSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Identities of the owner of a data directory. */
interface Owner {
  readonly uid: number;
  readonly gid: number;
}

let actingAs: Owner | undefined;

/**
 * As root, acts as the owner of the data directory from here on, so that nothing in it becomes root's (the
 * service could not open it any more). Does nothing for anybody else, or where there is no directory yet.
 *
 * @param controlSocket its directory is made for the owner, who could not make one below /run
 */
export function actAsOwner(dataDir: string, controlSocket: string): void {
  if (process.geteuid?.() !== 0) return;
  const owner = ownerOf(dataDir);
  if (owner === undefined || owner.uid === 0) return;
  const socketDir = dirname(controlSocket);
  if (ownerOf(socketDir) === undefined && ownerOf(dirname(socketDir))?.uid === 0) {
    mkdirSync(socketDir, { mode: 0o700 });
    chownSync(socketDir, owner.uid, owner.gid);
  }
  process.setgroups?.([owner.gid]);
  become(owner);
  actingAs = owner;
}

/** Runs `write` as whoever called the command: what it asked for goes where it may write, and is its own. */
export function asCaller<T>(write: () => T): T {
  if (actingAs === undefined) return write();
  process.seteuid?.(0);
  process.setegid?.(0);
  try {
    return write();
  } finally {
    become(actingAs);
  }
}

function become({ uid, gid }: Owner): void {
  process.setegid?.(gid);
  process.seteuid?.(uid);
}

function ownerOf(path: string): Owner | undefined {
  try {
    const { uid, gid } = statSync(path);
    return { uid, gid };
  } catch {
    return undefined;
  }
}
