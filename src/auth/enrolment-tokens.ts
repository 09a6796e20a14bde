import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { BivouacError } from '../core/errors.ts';
import { CODE_ALPHABET_20, newId, randomCode } from '../core/ids.ts';
import type { Store } from '../store/open.ts';
import { placeOf } from './address.ts';
import type { AuditLog } from './audit.ts';
import { foldName } from './names.ts';
import type { EnrolmentTokens } from './ports.ts';

/** Life of a token, milliseconds: time to hand a phone round the table, no time to find it in a drawer. */
export const ENROLMENT_LIFE_MS = 15 * 60_000;

/** A token for a person who is away; longer ones are standing doors, milliseconds. */
const ENROLMENT_LIFE_MAX_MS = 7 * 24 * 60 * 60_000;

/** Letters and digits that survive every QR reader, URL and clipboard; 5 bits each. */
const LINK_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
/** 130 bits: nobody guesses it, so a fast hash is enough. */
const LINK_CHARS = 26;

/** 20^8 = 34 bits: good for minutes and few guesses, which expiry and regulation see to. */
const TYPED_CHARS = 8;

const TYPED_FORM = new RegExp(`^[${CODE_ALPHABET_20}]{${TYPED_CHARS}}$`);

/** Which step of an enrolment asks. */
export type EnrolmentStep = 'config' | 'sign' | 'profile';

/** The tokens as the sign-in uses them. */
export interface EnrolmentDesk extends EnrolmentTokens {
  /** The enrolment that this text opens at this step; undefined for none. */
  find(query: {
    readonly principalId: string;
    readonly text: string;
    readonly step: EnrolmentStep;
    readonly clientUid: string | undefined;
  }): Promise<string | undefined>;
}

export function createEnrolmentTokens({
  store,
  audit,
  clock,
}: {
  readonly store: Pick<Store, 'enrolments' | 'principals'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
}): EnrolmentDesk {
  return {
    async create({ username, form, lifeMs = ENROLMENT_LIFE_MS }, by) {
      if (!(lifeMs > 0) || lifeMs > ENROLMENT_LIFE_MAX_MS) {
        throw new BivouacError('request.invalid', 'An enrolment code lives at most 7 days', {
          maxMs: ENROLMENT_LIFE_MAX_MS,
        });
      }
      const principal = await store.principals.byNameKey(foldName(username));
      if (principal === undefined) throw new BivouacError('user.unknown');
      const token =
        form === 'link' ? randomCode(LINK_CHARS, LINK_ALPHABET) : randomCode(TYPED_CHARS, CODE_ALPHABET_20);
      const expiresMs = clock.now() + lifeMs;
      const enrolmentId = newId();
      await store.enrolments.create({
        id: enrolmentId,
        principalId: principal.id,
        tokenSha256: hashOf(token),
        expiresMs,
        audit: audit.entry(by, 'enrolment.create', {
          targetId: principal.id,
          target: principal.name,
          detail: { form, expiresMs },
        }),
      });
      return { enrolmentId, token, expiresMs };
    },

    async find({ principalId, text, step, clientUid }) {
      const found = await store.enrolments.find({
        principalId,
        tokenSha256s: formsOf(text).map(hashOf),
        nowMs: clock.now(),
      });
      if (found === undefined) return undefined;
      const isUsed = found.usedClientUid !== null;
      const isSameDevice = isUsed && found.usedClientUid === clientUid;
      const isOpen = {
        config: true,
        // A lost reply may be asked for again; `burn` sees whether it is the same request.
        sign: clientUid !== undefined && (!isUsed || isSameDevice),
        profile: isSameDevice,
      }[step];
      return isOpen ? found.id : undefined;
    },

    newest: (principalId) => store.enrolments.newest({ principalId, nowMs: clock.now() }),

    endUnused: ({ id, name }, by) =>
      store.enrolments.endUnused({
        principalId: id,
        audit: audit.entry(by, 'enrolment.end', { targetId: id, target: name }),
      }),

    burn: ({ enrolmentId, clientUid, csrSha256, remote }) =>
      store.enrolments.burn({
        id: enrolmentId,
        clientUid,
        csrSha256,
        audit: audit.entry({ id: null, name: 'stranger', remote: placeOf(remote).address }, 'enrolment.use', {
          detail: { clientUid, csrSha256 },
        }),
      }),
  };
}

/** What a person may have typed: as it is, and as a code of letters in any case with anything between. */
function formsOf(text: string): string[] {
  const typed = text.toUpperCase().replace(/[^A-Z]/g, '');
  return TYPED_FORM.test(typed) ? [text, typed] : [text];
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
