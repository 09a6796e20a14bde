import type { ChatEnvelope, Dest, TakVersion } from '../model.ts';
import type { XmlCursor } from './cursor.ts';
import { parseDecimal } from './decimal.ts';
import { xmlName } from './name.ts';

const CONTACT = xmlName('contact');
const CALLSIGN = xmlName('callsign');
const ENDPOINT = xmlName('endpoint');
const GROUP_ELEMENT = xmlName('__group');
const NAME = xmlName('name');
const ROLE = xmlName('role');
const TAKV = xmlName('takv');
const DEVICE = xmlName('device');
const PLATFORM = xmlName('platform');
const OS = xmlName('os');
const VERSION = xmlName('version');
const STATUS = xmlName('status');
const BATTERY = xmlName('battery');
const MARTI = xmlName('marti');
const DEST = xmlName('dest');
const PUBLISH = xmlName('publish');
const UID = xmlName('uid');
const MISSION = xmlName('mission');
const MISSION_GUID = xmlName('mission-guid');
const PATH = xmlName('path');
const AFTER = xmlName('after');
const GROUP = xmlName('group');
const CHAT = xmlName('__chat');
const CHAT_RECEIPT = xmlName('__chatreceipt');
const CHATROOM = xmlName('chatroom');
const ID = xmlName('id');
const CHATGRP = xmlName('chatgrp');
const ARCHIVE = xmlName('archive');
const LINK = xmlName('link');
const EMERGENCY = xmlName('emergency');
const CANCEL = xmlName('cancel');

/** A `dest` with this callsign turns the list of callsigns into a broadcast [TAK Server 5.7]. */
const ALL_STREAMING = 'All Streaming';

const NO_DESTS: readonly Dest[] = [];
const NO_UIDS: readonly string[] = [];

/**
 * Collects what the envelope holds of an event's detail. Only direct children of `detail` count, of each name
 * the first one, and within `marti` and the chat elements only their direct children: an element of the same
 * name deeper down belongs to somebody else.
 */
export class DetailReader {
  hasContact = false;
  callsign = '';
  endpoint: string | undefined;
  hasGroup = false;
  team = '';
  role = '';
  takv: TakVersion | undefined;
  hasStatus = false;
  battery: number | undefined;
  chat: ChatEnvelope | undefined;
  isArchived = false;
  linkUid = '';
  isCancel = false;

  #dests: Dest[] | undefined;
  #isToAllStreaming = false;
  #isInMarti = false;
  #isInChat = false;
  #room = '';
  #chatId = '';
  #hasChat = false;
  #members: readonly string[] = NO_UIDS;

  reset(): void {
    this.hasContact = false;
    this.callsign = '';
    this.endpoint = undefined;
    this.hasGroup = false;
    this.team = '';
    this.role = '';
    this.takv = undefined;
    this.hasStatus = false;
    this.battery = undefined;
    this.chat = undefined;
    this.isArchived = false;
    this.linkUid = '';
    this.isCancel = false;
    this.#dests = undefined;
    this.#isToAllStreaming = false;
    this.#isInMarti = false;
    this.#isInChat = false;
    this.#hasChat = false;
    this.#room = '';
    this.#chatId = '';
    this.#members = NO_UIDS;
  }

  /** Takes the start tag of a direct child of `detail`. */
  child(cursor: XmlCursor): void {
    this.#isInMarti = false;
    this.#isInChat = false;
    switch (cursor.nameEnd - cursor.nameStart) {
      case 4:
        if (cursor.isNamed(TAKV)) this.#readTakv(cursor);
        else if (this.linkUid === '' && cursor.isNamed(LINK)) this.linkUid = cursor.attributes.get(UID) ?? '';
        break;
      case 5:
        this.#isInMarti = cursor.isNamed(MARTI);
        break;
      case 6:
        if (cursor.isNamed(STATUS)) this.#readStatus(cursor);
        else if (cursor.isNamed(CHAT)) this.#readChat(cursor);
        break;
      case 7:
        if (cursor.isNamed(CONTACT)) this.#readContact(cursor);
        else if (cursor.isNamed(GROUP_ELEMENT)) this.#readGroup(cursor);
        else if (cursor.isNamed(ARCHIVE)) this.isArchived = true;
        break;
      case 9:
        if (cursor.isNamed(EMERGENCY)) this.isCancel ||= cursor.attributes.get(CANCEL) === 'true';
        break;
      case 13:
        if (cursor.isNamed(CHAT_RECEIPT)) this.#readChat(cursor);
        break;
    }
  }

  /** Takes the start tag of a child of the child last given. */
  grandchild(cursor: XmlCursor): void {
    if (this.#isInMarti && cursor.isNamed(DEST)) this.#readDest(cursor);
    else if (this.#isInChat && this.#members === NO_UIDS && cursor.isNamed(CHATGRP)) {
      this.#members = readMembers(cursor);
    }
  }

  /** Explicit recipients once the whole detail was seen. */
  dests(): readonly Dest[] {
    if (this.#dests === undefined) return NO_DESTS;
    return this.#isToAllStreaming ? this.#dests.filter((dest) => dest.kind !== 'callsign') : this.#dests;
  }

  /** The chat room once the whole detail was seen; undefined when the event has no chat element. */
  chatOf(type: string): ChatEnvelope | undefined {
    if (!this.#hasChat || !type.startsWith('b-t-f')) return undefined;
    return { room: this.#room, id: this.#chatId, memberUids: this.#members };
  }

  #readContact(cursor: XmlCursor): void {
    if (this.hasContact) return;
    this.hasContact = true;
    this.callsign = cursor.attributes.get(CALLSIGN) ?? '';
    this.endpoint = cursor.attributes.get(ENDPOINT);
  }

  #readGroup(cursor: XmlCursor): void {
    if (this.hasGroup) return;
    this.hasGroup = true;
    this.team = cursor.attributes.get(NAME) ?? '';
    this.role = cursor.attributes.get(ROLE) ?? '';
  }

  #readTakv(cursor: XmlCursor): void {
    this.takv ??= {
      device: cursor.attributes.get(DEVICE) ?? '',
      platform: cursor.attributes.get(PLATFORM) ?? '',
      os: cursor.attributes.get(OS) ?? '',
      version: cursor.attributes.get(VERSION) ?? '',
    };
  }

  /** ATAK sends `<status readiness="true"/>` too: the first `status` with a battery counts. */
  #readStatus(cursor: XmlCursor): void {
    this.hasStatus = true;
    if (this.battery !== undefined) return;
    const index = cursor.attributes.find(BATTERY);
    if (index < 0 || cursor.attributes.isEscaped(index)) return;
    const battery = parseDecimal(
      cursor.bytes,
      cursor.attributes.valueStart(index),
      cursor.attributes.valueEnd(index),
    );
    if (!Number.isNaN(battery)) this.battery = battery;
  }

  #readChat(cursor: XmlCursor): void {
    this.#isInChat = !this.#hasChat;
    if (this.#hasChat) return;
    this.#hasChat = true;
    this.#room = cursor.attributes.get(CHATROOM) ?? '';
    this.#chatId = cursor.attributes.get(ID) ?? '';
  }

  #readDest(cursor: XmlCursor): void {
    const dest = destOf(cursor);
    if (dest === undefined) return;
    if (dest.kind === 'callsign' && dest.value === ALL_STREAMING) {
      this.#isToAllStreaming = true;
      return;
    }
    this.#dests ??= [];
    this.#dests.push(dest);
  }
}

/** Of several attributes in one `dest` the first of this order counts [TAK Server 5.7]. */
function destOf(cursor: XmlCursor): Dest | undefined {
  const callsign = cursor.attributes.get(CALLSIGN);
  if (callsign) return { kind: 'callsign', value: callsign };
  const uid = cursor.attributes.get(PUBLISH) || cursor.attributes.get(UID);
  if (uid) return { kind: 'uid', value: uid };
  const mission = cursor.attributes.get(MISSION);
  if (mission) return { kind: 'mission', value: mission, ...placementOf(cursor) };
  const guid = cursor.attributes.get(MISSION_GUID);
  if (guid) return { kind: 'mission-guid', value: guid, ...placementOf(cursor) };
  const group = cursor.attributes.get(GROUP);
  return group ? { kind: 'group', value: group } : undefined;
}

function placementOf(cursor: XmlCursor): { path?: string; after?: string } {
  const path = cursor.attributes.get(PATH);
  const after = cursor.attributes.get(AFTER);
  return { ...(path === undefined ? {} : { path }), ...(after === undefined ? {} : { after }) };
}

/** `uid0`, `uid1`, … in the order of their numbers. */
function readMembers(cursor: XmlCursor): readonly string[] {
  const members: { readonly rank: number; readonly uid: string }[] = [];
  for (let index = 0; index < cursor.attributes.count; index++) {
    const rank = /^uid(\d{1,4})$/.exec(cursor.attributes.name(index))?.[1];
    if (rank !== undefined) members.push({ rank: Number(rank), uid: cursor.attributes.value(index) });
  }
  return members.sort((a, b) => a.rank - b.rank).map((member) => member.uid);
}
