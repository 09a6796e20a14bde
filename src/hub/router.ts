import { isChat } from '../cot/kinds.ts';
import type { Dest, Envelope } from '../cot/model.ts';
import { reaches } from './audience.ts';
import type { Directory } from './directory.ts';
import type { Session } from './session.ts';

/** Where an event goes. */
export type Route =
  | { readonly kind: 'broadcast' }
  /** To these sessions and no others; empty when nobody who was named can be reached. */
  | { readonly kind: 'direct'; readonly sessions: ReadonlySet<Session> };

const BROADCAST: Route = { kind: 'broadcast' };
/** Room of the chat that everybody hears [ATAK-CIV 5.5 GeoChatService]. */
const ALL_CHAT_ROOMS = 'All Chat Rooms';

/**
 * Decides who gets an event, by the rules of TAK Server [5.7 StreamingEndpointRewriteFilter]: explicit `dest`s,
 * else the members of a group chat, else everybody. Recipients must be reachable through a channel; the sender
 * never gets its own event back.
 */
export function route(envelope: Envelope, sender: Session, directory: Directory): Route {
  if (envelope.dests.length > 0) return toDests(envelope.dests, sender, directory);
  const chat = isChat(envelope) ? envelope.chat : undefined;
  // A team chat without `marti` names its members in `chatgrp` only.
  if (chat !== undefined && chat.room !== ALL_CHAT_ROOMS && chat.id !== ALL_CHAT_ROOMS) {
    const others = chat.memberUids.filter((uid) => uid !== sender.uid);
    if (others.length > 0) {
      const dests = others.map((value): Dest => ({ kind: 'uid', value }));
      return toDests(dests, sender, directory);
    }
  }
  return BROADCAST;
}

function toDests(dests: readonly Dest[], sender: Session, directory: Directory): Route {
  const named = new Set<Session>();
  const groups: string[] = [];
  for (const dest of dests) {
    if (dest.kind === 'callsign')
      for (const session of directory.withCallsign(dest.value)) named.add(session);
    else if (dest.kind === 'uid') for (const session of directory.withUid(dest.value)) named.add(session);
    else if (dest.kind === 'group') groups.push(dest.value);
  }
  // Channels named as destinations limit the event to those that the sender may send into.
  const via =
    groups.length > 0 ? sender.identity.groupsIn.filter((g) => groups.includes(g)) : sender.identity.groupsIn;
  const namesPeople = dests.some((dest) => dest.kind === 'callsign' || dest.kind === 'uid');
  const candidates = namesPeople ? named : groups.length > 0 ? directory.sessions : NOBODY;

  const sessions = new Set<Session>();
  for (const session of candidates) {
    if (session !== sender && reaches(via, session.identity.groupsOut)) sessions.add(session);
  }
  return { kind: 'direct', sessions };
}

const NOBODY: ReadonlySet<Session> = new Set();
