import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { CONSOLE } from '../../src/auth/ports.ts';
import { RPORT_STREAM_PATH } from '../../src/http/stream/screen-stream.ts';
import { bearer } from '../support/callers.ts';
import { type Answer, type Ask, type HttpKit, PASSWORD } from '../support/http-kit.ts';
import { type ScreenKit, startScreenKit } from '../support/screen-kit.ts';
import { FILE, type Kind, makeTokens, type Tokens } from '../support/token-kinds.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** A token for something else of the same kind is known, and not good for this. */
const REFUSALS = [401, 403];

interface Door {
  readonly opens: readonly Kind[];
  /** Whether the token got its bearer in. Anything but a plain yes or no throws. */
  readonly knock: (token: string) => Promise<boolean>;
}

describe('kinds of tokens', { timeout: 60_000 }, () => {
  let screens: ScreenKit;
  let http: HttpKit;
  let tokens: Tokens;

  before(async () => {
    screens = await startScreenKit();
    http = screens.http;
    tokens = await makeTokens(http);
  });
  after(() => screens.stop());

  /** In unless it is one of the refusals that the door has. */
  const isIn = async (answer: Promise<Answer>, inside: readonly number[], outside: readonly number[]) => {
    const { status, text } = await answer;
    assert.ok([...inside, ...outside].includes(status), `${status}: ${text}`);
    return inside.includes(status) && !text.includes('status_type="UNAUTHORIZED"');
  };
  const isGood = async (work: Promise<unknown>, refusal: string) => {
    try {
      await work;
      return true;
    } catch (error) {
      assert.equal((error as { code?: string }).code, refusal);
      return false;
    }
  };
  let guesses = 0;
  /** From an address of its own each time: guessing is over after a few. */
  const fromElsewhere = () => {
    guesses += 1;
    return { remote: `10.9.0.${guesses}`, userAgent: 'test' };
  };
  const byBearer = (
    listener: 'https' | 'ftsRest',
    path: string,
    inside: readonly number[],
    ask: Ask = {},
  ) => {
    return (token: string) =>
      isIn(
        http.ask(listener, path, { ...ask, headers: { ...ask.headers, ...bearer(token) } }),
        inside,
        REFUSALS,
      );
  };
  const form = (path: string, fields: Readonly<Record<string, string>>) =>
    http.ask('https', path, {
      method: 'POST',
      headers: FORM_TYPE,
      body: String(new URLSearchParams(fields)),
    });
  const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    http.ask('https', path, {
      method: 'POST',
      headers: { ...JSON_TYPE, ...headers },
      body: JSON.stringify(body),
    });
  const stateBy = async (name: string, token: string) => {
    const answer = await http.ask('https', '/api/session', {
      headers: { cookie: `__Host-${name}=${token}` },
    });
    return answer.json<{ state: string }>().state;
  };
  const streamOpens = (path: string, token: string) =>
    new Promise<boolean>((resolve, reject) => {
      const url = `wss://localhost:${screens.streamPort}${path}${encodeURIComponent(token)}`;
      const socket = new WebSocket(url, { ca: http.ca });
      socket.once('open', () => resolve(true));
      socket.once('unexpected-response', (_request, { statusCode }) =>
        statusCode === 401 ? resolve(false) : reject(new Error(`${statusCode}`)),
      );
      socket.once('close', () => resolve(false));
      socket.once('error', reject);
    });

  const doors: Readonly<Record<string, Door>> = {
    'our API': { opens: ['ots', 'api'], knock: byBearer('https', '/api/me/certs', [200]) },
    'OpenTAKServer’s API': { opens: ['ots', 'api'], knock: byBearer('https', '/api/me', [200]) },
    'RPort’s API': { opens: ['rport', 'api'], knock: byBearer('https', '/api/v1/me', [200]) },
    'TAXII services': { opens: ['taxii', 'api'], knock: byBearer('https', '/services/poll-a', [405, 200]) },
    'FreeTAKServer’s API': { opens: ['api'], knock: byBearer('ftsRest', '/checkStatus', [200]) },
    'the library': { opens: ['ots', 'api', 'takeout'], knock: byBearer('https', '/api/media', [200]) },
    'places of media': { opens: ['media'], knock: byBearer('https', '/api/media/nothing/location', [404]) },
    'tickets for the stream': {
      opens: ['ots', 'takeout'],
      knock: byBearer('https', '/api/ws-ticket', [200], { method: 'POST' }),
    },
    'OpenTAKServer’s header': {
      opens: ['ots'],
      knock: (token) =>
        isIn(http.ask('https', '/api/me', { headers: { 'authentication-token': token } }), [200], [401]),
    },
    'OpenTAKServer’s parameter': {
      opens: ['ots'],
      knock: (token) =>
        isIn(http.ask('https', `/api/me?auth_token=${encodeURIComponent(token)}`), [200], [401]),
    },
    'the session of a browser': {
      opens: ['cookie'],
      knock: async (token) => (await stateBy('sid', token)) === 'signed_in',
    },
    'a sign-in that waits for a code': {
      opens: ['login'],
      knock: async (token) => (await stateBy('login', token)) === 'second_factor',
    },
    'the mark against forgery': {
      opens: ['csrf'],
      async knock(token) {
        const marks = { cookie: `__Host-sid=${tokens.cookie}`, 'x-xsrf-token': token };
        const { code } = (await post('/api/session/confirm', {}, marks)).json<{ error: { code: string } }>()
          .error;
        assert.ok(code === 'csrf.invalid' || code === 'request.invalid', code);
        return code === 'request.invalid';
      },
    },
    'a new access token': { opens: ['refresh'], knock: byBearer('https', '/api/token', [200]) },
    'a new access token by OAuth': {
      opens: ['refresh'],
      knock: (token) =>
        isIn(form('/oauth/token', { grant_type: 'refresh_token', refresh_token: token }), [200], [400]),
    },
    'a device’s question by OAuth': {
      opens: ['deviceCode'],
      knock: (token) =>
        isIn(form('/oauth/token', { grant_type: DEVICE_GRANT, device_code: token }), [200], [400]),
    },
    'a watch’s question': {
      opens: ['code'],
      // Not linked yet is 403.
      knock: (token) => isIn(post('/api/code', { Code: tokens.shownByDevice }, bearer(token)), [403], [401]),
    },
    'the code on a device': {
      opens: ['shownByDevice'],
      knock: (code) => isIn(post('/api/pairings/find', { code }, asAlice), [200], [400, 404]),
    },
    'the code on the kit': {
      opens: ['shownByKit'],
      knock: (code) =>
        isGood(http.kit.auth.pairing.typed({ code, device: {}, ...fromElsewhere() }), 'pairing.code_unknown'),
    },
    'a file': {
      opens: ['file'],
      knock: (token) => isIn(http.ask('https', `${FILE}?token=${encodeURIComponent(token)}`), [200], [403]),
    },
    'a package': {
      opens: ['download'],
      knock: (token) => isIn(http.ask('https', `/p/${encodeURIComponent(token)}/itak.zip`), [200], [404]),
    },
    'the stream of screens': {
      opens: ['ticket'],
      knock: (token) => streamOpens('/api/stream?ticket=', token),
    },
    'RPort’s stream': {
      opens: ['rport'],
      knock: (token) => streamOpens(`${RPORT_STREAM_PATH}?access_token=`, token),
    },
    'an administrator’s new password': {
      opens: ['recovery'],
      async knock(token) {
        const { adminRecovery } = http.kit.auth;
        // Another one each time: it is void after five tries.
        const shown = await adminRecovery.begin(CONSOLE);
        const code = token === tokens.recovery ? shown.code : token;
        const order = { code, username: 'administrator', password: PASSWORD, door: 'web' } as const;
        return isGood(adminRecovery.recover({ ...order, ...fromElsewhere() }), 'setup.code_wrong');
      },
    },
    enrolment: {
      opens: ['enrolmentLink', 'enrolmentTyped'],
      async knock(password) {
        // Guesses slow the next one down, until the person has signed in.
        const visit = { door: 'web', remote: '127.0.0.1', username: 'alice', password: PASSWORD } as const;
        guesses += 1;
        if (guesses % 3 === 0)
          assert.equal((await http.kit.auth.signIn.withPassword(visit)).state, 'signed_in');
        return isIn(http.ask('https', '/Marti/api/tls/config', { as: 'alice', password }), [200], [401]);
      },
    },
  };
  const asAlice = { authorization: `Basic ${Buffer.from(`alice:${PASSWORD}`).toString('base64')}` };

  test('each is nothing at the door of another', async () => {
    const wrong: string[] = [];
    for (const [door, { opens, knock }] of Object.entries(doors)) {
      for (const [kind, token] of Object.entries(tokens) as [Kind, string][]) {
        if (opens.includes(kind)) continue;
        const isIn = await knock(token).catch((error) => assert.fail(`${kind} at ${door}: ${error}`));
        if (isIn) wrong.push(`${kind} at ${door}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  test('OpenTAKServer’s header and parameter are looked at where its token belongs, and nowhere else', async () => {
    for (const path of ['/api/v1/me', '/api/media/nothing/location', '/api/token', '/management/health']) {
      const without = await http.ask('https', path);
      const shown = await http.ask('https', path, { headers: { 'authentication-token': tokens.ots } });
      assert.equal(shown.status, without.status, path);
      assert.equal(
        (await http.ask('https', `${path}?auth_token=${tokens.ots}`)).status,
        without.status,
        path,
      );
    }
  });

  test('an attempt to revoke what is no token of a device ends nothing', async () => {
    for (const kind of ['cookie', 'ots', 'rport', 'taxii', 'media', 'login', 'api', 'deviceCode'] as const) {
      assert.equal((await form('/oauth/revoke', { token: tokens[kind] })).status, 200, kind);
    }
  });

  test('and after all of that each still opens its own', async () => {
    const opened = new Set<Kind>();
    for (const [door, { opens, knock }] of Object.entries(doors)) {
      for (const kind of opens) {
        // The one that was spent at the door before.
        if (kind === 'refresh' && opened.has(kind)) continue;
        assert.equal(await knock(tokens[kind]), true, `${kind} at ${door}`);
        opened.add(kind);
      }
    }
    const kinds = Object.keys(tokens) as Kind[];
    // The mark of a known browser opens nothing anywhere, and the password of the stream nothing but 8089.
    assert.deepEqual(
      kinds.filter((kind) => !opened.has(kind)),
      ['device', 'stream'],
    );
  });
});
