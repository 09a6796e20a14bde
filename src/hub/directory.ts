import type { Session } from './session.ts';

/**
 * Who is here: live sessions by device uid and by callsign. Several sessions may share either (one device with
 * two connections, two people who chose the same callsign): each gets what is addressed to it.
 */
export class Directory {
  readonly sessions = new Set<Session>();
  readonly #byUid = new Map<string, Set<Session>>();
  readonly #byCallsign = new Map<string, Set<Session>>();

  add(session: Session): void {
    this.sessions.add(session);
  }

  remove(session: Session): void {
    this.sessions.delete(session);
    drop(this.#byUid, session.uid, session);
    drop(this.#byCallsign, session.callsign, session);
  }

  /** Sets or changes what a session is known as. */
  identify(session: Session, uid: string, callsign: string): void {
    if (session.uid !== uid) {
      drop(this.#byUid, session.uid, session);
      session.uid = uid;
      put(this.#byUid, uid, session);
    }
    if (session.callsign !== callsign) {
      drop(this.#byCallsign, session.callsign, session);
      session.callsign = callsign;
      put(this.#byCallsign, callsign, session);
    }
  }

  withUid(uid: string): ReadonlySet<Session> {
    return this.#byUid.get(uid) ?? NOBODY;
  }

  /** Case counts, as ATAK addresses chat by the exact callsign. */
  withCallsign(callsign: string): ReadonlySet<Session> {
    return this.#byCallsign.get(callsign) ?? NOBODY;
  }

  /** Callsigns that more than one device uses: messages to them reach several people. */
  sharedCallsigns(): string[] {
    return [...this.#byCallsign]
      .filter(([, sessions]) => new Set([...sessions].map((session) => session.uid)).size > 1)
      .map(([callsign]) => callsign);
  }
}

const NOBODY: ReadonlySet<Session> = new Set();

function put(index: Map<string, Set<Session>>, key: string, session: Session): void {
  if (key === '') return;
  const sessions = index.get(key);
  if (sessions === undefined) index.set(key, new Set([session]));
  else sessions.add(session);
}

function drop(index: Map<string, Set<Session>>, key: string, session: Session): void {
  const sessions = index.get(key);
  if (sessions?.delete(session) && sessions.size === 0) index.delete(key);
}
