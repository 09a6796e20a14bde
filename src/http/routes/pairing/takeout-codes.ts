import type { Approver } from '../../../auth/pairing-ports.ts';
import { BivouacError } from '../../../core/errors.ts';
import type { Access } from '../../access.ts';
import type { AppDeps } from '../../app-deps.ts';
import type { AppContext, RefusalShape } from '../../env.ts';
import { refuseForeignOrigin } from '../../origin.ts';
import { readJsonObject } from '../../request-fields.ts';
import type { Router } from '../../router.ts';
import { refusalOf } from '../../sign-in-refusal.ts';
import { visitOf } from './approver.ts';

/**
 * TakeoutFM's code flow (v0.26), for its watch and TV clients. Its watch takes 403 for "not linked yet, try
 * again" and anything else but 200 for a dead code: so a poll that comes too early gets 403 as well, never 429.
 */

const takeoutRefusal: RefusalShape = ({ status, message }, c) => textAnswer(c, status, message);

const STRANGERS: Access = { on: ['https', 'http'], who: 'public', refusal: takeoutRefusal };

/** What it says for a code that nobody can link: with 500, whatever the reason. */
const CANNOT_LINK = 'bummer';

/** Where its web form leads to when a code could not be linked, and when it could. */
const FORM_FAILED = '/static/link.html';
const FORM_DONE = '/';

export type TakeoutCodeDeps = Pick<AppDeps, 'pairing' | 'clock'> & {
  readonly doors: Pick<AppDeps['doors'], 'codeTokens' | 'signIn'>;
};

export function registerTakeoutCodeRoutes(router: Router, { pairing, doors }: TakeoutCodeDeps) {
  const { codeTokens, signIn } = doors;

  router.route(STRANGERS, 'GET', '/api/code', async (c) => {
    const { name, kind } = c.req.query();
    const issued = await pairing.request({ form: 'short', device: { name, kind }, ...visitOf(c) });
    const { pairingId: id, code, expiresMs } = issued;
    return jsonLine(c, { AccessToken: await codeTokens.issue({ id, expiresMs }), Code: code });
  });

  router.route(STRANGERS, 'POST', '/api/code', async (c) => {
    const token = bareToken(c.req.header('authorization'));
    if (token === undefined) return textAnswer(c, 401, 'missing code token');
    const verdict = await codeTokens.check(token);
    if ('refused' in verdict) {
      return textAnswer(c, 401, verdict.refused === 'expired' ? 'token is expired' : 'invalid token');
    }
    const fields = await fieldsOf(c);
    if (fields === undefined) return textAnswer(c, 401, 'invalid JSON');
    const { pairingId } = verdict;
    const result = await pairing.poll({ by: { pairingId, code: fields['code'] ?? '' }, ...visitOf(c) });
    switch (result.state) {
      case 'paired': {
        const { access, refresh, media } = result.tokens;
        return jsonLine(c, {
          AccessToken: access.token,
          RefreshToken: refresh.token,
          MediaToken: media.token,
        });
      }
      case 'too_soon':
        c.header('retry-after', String(Math.ceil(result.waitMs / 1_000)));
        return textAnswer(c, 403, 'access denied');
      case 'pending':
        return textAnswer(c, 403, 'access denied');
      case 'refused':
        return textAnswer(c, 401, 'refused');
      case 'over':
        return textAnswer(c, 401, 'invalid subject');
      case 'unknown':
        return textAnswer(c, 401, 'invalid code');
    }
  });

  /** Signs in and approves in one go. @throws BivouacError */
  async function link(c: AppContext, fields: Readonly<Record<string, string>>): Promise<void> {
    const { remote, userAgent } = visitOf(c);
    const result = await signIn.withPassword({
      username: fields['user'] ?? '',
      password: fields['pass'] ?? '',
      code: fields['passcode'],
      door: 'takeout',
      remote,
      userAgent,
    });
    if (result.state === 'refused') throw refusalOf(result);
    if (result.state === 'second_factor') throw new BivouacError('factor.wrong', 'passcode required');
    const { user } = result.proof;
    const by: Approver = { actor: { id: user.id, name: user.name, remote }, user };
    await pairing.approve({ id: (await pairing.find(fields['code'] ?? '', by)).id }, by);
  }

  router.route(STRANGERS, 'POST', '/api/link', async (c) => {
    refuseForeignOrigin(c);
    const fields = await fieldsOf(c);
    if (fields === undefined) return textAnswer(c, 401, 'invalid JSON');
    try {
      await link(c, fields);
      return c.body(null, 204);
    } catch (error) {
      if (error instanceof BivouacError && DEAD_CODES.has(error.code)) return textAnswer(c, 500, CANNOT_LINK);
      throw error;
    }
  });

  router.route(STRANGERS, 'POST', '/link', async (c) => {
    refuseForeignOrigin(c);
    const fields = Object.fromEntries(new URLSearchParams(await c.req.text()));
    try {
      await link(c, fields);
      return c.redirect(FORM_DONE, 303);
    } catch (error) {
      if (!(error instanceof BivouacError)) throw error;
      return c.redirect(FORM_FAILED, 303);
    }
  });
}

const DEAD_CODES: ReadonlySet<string> = new Set(['pairing.code_unknown', 'pairing.over', 'pairing.unknown']);

/** Its server takes the token with and without the word `Bearer`. */
function bareToken(authorization: string | undefined): string | undefined {
  const token = authorization?.replace(/^Bearer\s+/i, '').trim();
  return token === '' ? undefined : token;
}

/** Go reads JSON whatever the media type says, and names of members in any case. Undefined for what is no object. */
async function fieldsOf(c: AppContext): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const fields = Object.entries(await readJsonObject(c));
    if (fields.length === 0) return undefined;
    return Object.fromEntries(
      fields
        .filter(([, value]) => typeof value === 'string')
        .map(([name, value]) => [name.toLowerCase(), value]),
    ) as Record<string, string>;
  } catch (error) {
    if (error instanceof BivouacError && error.code === 'request.invalid') return undefined;
    throw error;
  }
}

/** With the line end that Go's encoder writes. */
function jsonLine(c: AppContext, body: object): Response {
  return c.body(`${JSON.stringify(body)}\n`, 200, { 'content-type': 'application/json' });
}

function textAnswer(c: AppContext, status: number, text: string): Response {
  return c.body(`${text}\n`, status as 400, { 'content-type': 'text/plain; charset=utf-8' });
}
