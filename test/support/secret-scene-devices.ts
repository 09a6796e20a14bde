import { keyAndRequest } from './phone.ts';
import { parsePreferences, unzip } from './read-package.ts';
import { bearer, overStream, type Stage } from './secret-scene.ts';
import { cookieIn, type WitnessedReply } from './secret-witness.ts';
import { connectTakClient } from './tak-client.ts';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Screens come in by both directions, by OAuth, by TakeoutFM, on a page, and in plain. */
export async function screens({ server, ca, witness, chief, bob }: Stage): Promise<void> {
  const [user = '', pass = ''] = bob.split(':');
  const asked = await witness.ask(
    'https',
    'POST /oauth/device_authorization',
    { form: { client_id: 'tv', device_name: 'TV tent' } },
    (reply) => {
      const { device_code, user_code } = reply.json<Record<string, string>>();
      return { 'a device code': device_code ?? '', 'the code on a TV': user_code ?? '' };
    },
  );
  const { device_code = '', user_code = '' } = asked.json<Record<string, string>>();
  const jar = new Map<string, string>();
  await witness.ask(
    'https',
    'POST /pair',
    { form: { code: user_code, user, pass: 'wrong-kettle' }, jar, status: 401 },
    () => ({
      'the code on a TV': user_code,
    }),
  );
  await witness.ask('https', 'POST /pair', { form: { code: user_code, user, pass }, jar }, (reply) => ({
    'the code on a TV': user_code,
    'the cookie of a decision': cookieIn(reply, '__Host-pairing'),
  }));
  await witness.ask('https', 'POST /pair/decision', { form: { decision: 'approve' }, jar });
  const form = { grant_type: DEVICE_GRANT, device_code };
  const paired = await witness.ask('https', 'POST /oauth/token', { form }, oauthTokens('a TV'));
  const { refresh_token = '' } = paired.json<Record<string, string>>();
  const again = { grant_type: 'refresh_token', refresh_token };
  const renewed = await witness.ask(
    'https',
    'POST /oauth/token',
    { form: again },
    oauthTokens('a TV, later'),
  );
  const access = bearer(renewed.json<Record<string, string>>()['access_token'] ?? '');
  const ticket = await witness.ask('https', 'POST /api/ws-ticket', { headers: access }, (reply) => ({
    'a ticket': reply.json<{ ticket: string }>().ticket,
  }));
  await overStream(witness, server, ca, `/api/stream?ticket=${ticket.json<{ ticket: string }>().ticket}`);

  const open = await witness.ask('https', 'POST /api/pairings/open', { user: chief, json: {} }, (reply) => ({
    'the code on the kit': reply.json<{ code: string }>().code,
  }));
  const { code } = open.json<{ code: string }>();
  await witness.ask('https', 'GET /api/pairings', { user: chief }, () => ({ 'the code on the kit': code }));
  const typed = { code, name: 'Watch', kind: 'watch' };
  await witness.ask('https', 'POST /api/pair', { json: typed }, oauthTokens('a watch'));

  const shown = await witness.ask('https', 'GET /api/code', {}, (reply) => {
    const { AccessToken = '', Code = '' } = reply.json<Record<string, string>>();
    return { 'a code token': AccessToken, 'the code on a watch': Code };
  });
  const { AccessToken = '', Code = '' } = shown.json<Record<string, string>>();
  await witness.ask('https', 'POST /link', { form: { user, pass, code: Code }, status: 303 });
  await witness.ask('https', 'POST /api/code', { headers: bearer(AccessToken), json: { Code } }, (reply) => {
    const {
      AccessToken: first = '',
      RefreshToken = '',
      MediaToken = '',
    } = reply.json<Record<string, string>>();
    return { 'a watch’s access': first, 'a watch’s refresh': RefreshToken, 'a watch’s media': MediaToken };
  });

  await witness.ask('https', 'PUT /api/system/screens', { user: chief, json: { allowsPlainScreens: true } });
  const old = new Map<string, string>();
  const page = await witness.ask('portal', 'GET /tv', { jar: old }, (reply) => ({
    'the code on an old TV': /class="code">([^<]+)</.exec(reply.text)?.[1] ?? '',
    'the cookie of an old TV that waits': cookieIn(reply, 'plain_waiting'),
  }));
  const plain = /class="code">([^<]+)</.exec(page.text)?.[1] ?? '';
  await witness.ask('https', 'POST /link', { form: { user, pass, code: plain }, status: 303 });
  await witness.ask('portal', 'GET /tv', { jar: old }, (reply) => ({
    'the cookie of an old TV': cookieIn(reply, 'plain_screen'),
  }));
}

function oauthTokens(whose: string) {
  return (reply: WitnessedReply) => {
    const { access_token = '', refresh_token = '', media_token } = reply.json<Record<string, string>>();
    return {
      [`the access of ${whose}`]: access_token,
      [`the refresh of ${whose}`]: refresh_token,
      ...(media_token === undefined ? {} : { [`the media of ${whose}`]: media_token }),
    };
  };
}

/** Phones enrol, fetch packages, and speak on the stream. */
export async function phones({ server, ca, witness, chief, bob }: Stage): Promise<void> {
  const [username = '', password = ''] = bob.split(':');
  const invited = await witness.ask(
    'https',
    'POST /api/people/bob/invitations',
    { user: chief, json: { client: 'atak', host: 'localhost', onDisplay: true } },
    (reply) => {
      const { code, packageUrl } = reply.json<{ code: string; packageUrl: string }>();
      return { 'an enrolment code': code, 'a download link': /\/p\/([^/]+)\//.exec(packageUrl)?.[1] ?? '' };
    },
  );
  const { code, packageUrl, pageUrl } = invited.json<Record<string, string>>();
  // Its QR code is on the display now, and is not to be seen from afar.
  await witness.ask('https', 'GET /api/display', { user: chief });
  await witness.ask('https', 'GET /api/display/picture', { user: chief });
  const pathOf = (url: string | undefined) => new URL(url ?? '').pathname;
  const token = /\/p\/([^/]+)\//.exec(packageUrl ?? '')?.[1] ?? '';
  await witness.ask('portal', `GET ${pathOf(pageUrl)}`, {}, () => ({ 'a download link': token }));
  await witness.ask('portal', `GET ${pathOf(packageUrl)}`);
  const user = `bob:${code}`;
  await witness.ask('https', 'GET /Marti/api/tls/config', { user });
  const { csr } = await keyAndRequest('bob');
  const path = '/Marti/api/tls/signClient/v2?clientUid=ANDROID-canary&version=5.5';
  await witness.ask('https', `POST ${path}`, { user, body: csr.replaceAll(/-----[^\n]+-----\n/g, '') });
  await witness.ask('https', `POST ${path}`, { user: 'bob:wrong-kettle', body: csr, status: [401, 429] });

  const ordered = await witness.ask('https', 'POST /api/packages', {
    user: chief,
    json: { username: 'bob', client: 'itak', host: 'localhost' },
  });
  const files = await unzip(ordered.body);
  const preferences = [...files].find(([name]) => name.endsWith('.pref'))?.[1];
  const values = Object.values(parsePreferences(preferences)).flatMap(Object.entries);
  const p12 = values.find(([name]) => name === 'clientPassword')?.[1].replace(/^String /, '');
  witness.secret('the password of a p12', p12 ?? '');

  const stream = await connectTakClient({ ...server.address('cotTls'), ca, auth: { username, password } });
  await stream.ping();
  stream.socket.destroy();
  const slip = witness.secret('a wrong password on the stream', 'stream-kettle-of-nine');
  const refused = await connectTakClient({
    ...server.address('cotTls'),
    ca,
    auth: { username, password: slip },
  });
  await new Promise((resolve) => refused.socket.once('close', resolve));
}
