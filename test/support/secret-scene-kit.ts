import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import type { Stage } from './secret-scene.ts';
import { cookieIn } from './secret-witness.ts';

/** FreeTAKServer's system users, programs and shared key, over REST and the event feed. */
export async function freeTakServer({ server, witness, chief }: Stage): Promise<void> {
  const made = await witness.ask(
    'https',
    'POST /api/people/chief/tokens',
    { user: chief, json: { name: 'FreeTAKServer', scope: 'read+write' } },
    (reply) => ({ 'the token of the chief': reply.json<{ token: string }>().token }),
  );
  const headers = { authorization: `Bearer ${made.json<{ token: string }>().token}` };
  const dan = {
    Name: 'dan',
    Group: 'Yellow',
    Token: witness.secret('the token of a system user', 'Kp5Wc9Ny2Vt7Gx4Rb8Lq3Hz6'),
    Password: witness.secret('the password of a system user', 'amber-lantern-in-the-dunes'),
    DeviceType: 'wintak',
    Certs: 'false',
  };
  const ask = (line: string, json?: unknown, status: number | number[] = [200, 201]) =>
    witness.ask('ftsRestPlain', line, { headers, status, ...(json === undefined ? {} : { json }) });
  await ask('POST /ManageSystemUser/postSystemUser', { systemUsers: [dan] });
  const program = witness.secret('the token of a program', 'Nw7Bx3Kq9Tz5Rv2Lf8Hc4Gm6');
  await ask('POST /APIUser', { username: 'feed', token: program });
  await ask('POST /APIUser', { username: 'feed', token: program }, [400, 409, 500]);
  await ask('POST /AuthenticateUser', { username: 'dan', password: dan.Password });
  const query = new URLSearchParams({ username: 'dan', password: dan.Password });
  await ask(`GET /AuthenticateUser?${query}`);
  for (const path of ['/ManageSystemUser/getAll', '/APIUser', '/Clients', '/checkStatus'])
    await ask(`GET ${path}`);
  const own = { authorization: `Bearer ${dan.Token}` };
  await witness.ask('ftsRestPlain', 'GET /Clients', { headers: own });
  const rotated = await witness.ask(
    'https',
    'POST /api/websocketkey',
    { user: chief, json: {} },
    (reply) => ({
      'the shared key': reply.json<{ websocketkey: string }>().websocketkey,
    }),
  );
  const { websocketkey } = rotated.json<{ websocketkey: string }>();
  const wrong = witness.secret('a wrong shared key', 'not-the-key-that-opens-the-feed');
  for (const key of [wrong, websocketkey]) await authenticate(server.address('ftsRestPlain').port, key);
}

/** Resolves with the feed's answer, good or bad. */
async function authenticate(port: number, key: string): Promise<void> {
  const socket = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('authentication', () => resolve());
    socket.once('connect_error', reject);
    socket.once('connect', () => socket.emit('authenticate', JSON.stringify({ Authenticate: key })));
  });
  socket.disconnect();
}

/** An account by mail: made, confirmed, lost, and found again; and a code by mail. */
export async function mailedLinks({ mail, witness, chief }: Stage): Promise<void> {
  const first = witness.secret('the password of carol', 'copper-owl-above-the-lake');
  const next = witness.secret('the next password of carol', 'silver-owl-above-the-lake');
  const email = 'carol@example.org';
  await witness.ask('https', 'POST /api/register', { json: { username: 'carol', email, password: first } });
  const linkIn = async (about: RegExp, name: string) => {
    const { text } = await mail.mailTo(email, about);
    const token = /#(\w+)/.exec(text)?.[1] ?? '';
    witness.overhears(`a mail about ${about}`, text, { [name]: token });
    return token;
  };
  const confirmation = await linkIn(/confirm/, 'a link that confirms');
  const asPerson = { headers: { accept: 'text/html' }, status: 303 };
  await witness.ask('https', `GET /api/confirm/${confirmation}`, asPerson, () => ({
    'a link that confirms': confirmation,
  }));
  await witness.ask('https', `GET /api/confirm/${confirmation}`);
  await witness.ask('https', `GET /api/confirm/${confirmation}`, { status: 400 });
  await witness.ask('https', 'POST /api/password/reset', { json: { email } });
  const reset = await linkIn(/password/, 'a link that resets');
  await witness.ask('https', `GET /api/password/reset/${reset}`, asPerson, () => ({
    'a link that resets': reset,
  }));
  const form = { password: next, password_confirm: next };
  await witness.ask('https', `POST /api/password/reset/${reset}`, { form });
  await witness.ask('https', `POST /api/password/reset/${reset}`, { form, status: 400 });

  const jar = new Map<string, string>();
  const login = { username: 'carol', password: next };
  const inside = await witness.ask('https', 'POST /api/login', { json: login, jar }, (reply) => ({
    'the session of carol': cookieIn(reply, '__Host-sid'),
    'the device of carol': cookieIn(reply, '__Host-device'),
  }));
  const { csrf_token } = inside.json<{ response: { csrf_token: string } }>().response;
  const { host, port } = { host: 'localhost', port: '' };
  const headers = { 'x-xsrf-token': csrf_token, referer: `https://${host}${port}/`, host };
  const begun = await witness.ask('https', 'POST /api/tf-setup', { json: { setup: 'email' }, jar, headers });
  const { tf_state_token } = begun.json<{ response: { tf_state_token: string } }>().response;
  const { text } = await mail.mailTo(email, /code/);
  const code = /\b\d{6}\b/.exec(text)?.[0] ?? '';
  witness.overhears('a mail with a code', text, { 'a code by mail': code });
  await witness.ask('https', `POST /api/tf-setup/${tf_state_token}`, { json: { code }, jar, headers });
  await witness.ask('https', 'DELETE /api/people/carol', { user: chief });
}

/** The kit's own secrets: its Wi-Fi, its authority's key, a code that resets an administrator. */
export async function kitItself({ server, witness, chief }: Stage): Promise<void> {
  const wifi = {
    isOn: true,
    name: 'Kit',
    passphrase: witness.secret('the passphrase of the Wi-Fi', 'first light on the ridge'),
    country: 'DE',
    channel: 0,
    clientsMayTalk: false,
  };
  await mkdir(join(server.dataDir, 'run', 'system'), { recursive: true });
  await mkdir(join(server.dataDir, 'system'), { recursive: true });
  await writeFile(join(server.dataDir, 'system', 'hotspot.json'), JSON.stringify(wifi));
  await writeFile(join(server.dataDir, 'run', 'system', 'hotspot.json'), JSON.stringify({ state: 'on' }));
  await writeFile(join(server.dataDir, 'run', 'system', 'first-boot.json'), '{}');
  const passphrase = witness.secret('the next passphrase of the Wi-Fi', 'last light on the ridge');
  const shown = () => ({ 'the next passphrase of the Wi-Fi': passphrase });
  await witness.ask('https', 'PUT /api/system/hotspot', { user: chief, json: { passphrase } }, shown);
  await witness.ask('https', 'GET /api/system/hotspot', { user: chief }, shown);
  await witness.ask('https', 'PUT /api/system/hotspot', {
    user: chief,
    json: { passphrase: `${passphrase}ü`.repeat(9) },
    status: 400,
  });
  const order = { passphrase: witness.secret('the passphrase of the CA key', 'a passphrase for the safe') };
  await witness.ask('control', 'POST /api/cas/export', { json: order });
  const imported = { certificatePem: 'x', keyPem: order.passphrase, passphrase: order.passphrase };
  await witness.ask('control', 'POST /api/cas/import', { json: imported, status: 400 });
}

/** Whoever sits at the box, by its command line. */
export async function commandLine({ server, witness }: Stage): Promise<void> {
  const run = async <T>(
    args: string,
    handedOut: (out: T) => Readonly<Record<string, string>>,
    stdin = '',
  ) => {
    const { stdout, stderr } = await server.cli([...args.split(' '), '--json'], { stdin });
    witness.overhears(`bivouac ${args}`, `${stdout}${stderr}`, handedOut(JSON.parse(stdout) as T));
  };
  const password = witness.secret('the password of erin', 'seven-wet-horses-in-a-tent');
  const added = await server.cli(['user', 'add', '-u', 'erin', '--password-stdin'], {
    stdin: `${password}\n`,
  });
  witness.overhears('bivouac user add', `${added.stdout}${added.stderr}`);
  await run<{ code: string; packageUrl: string }>('user link -u erin', ({ code, packageUrl }) => ({
    'an enrolment code of the command line': code,
    'a download link of the command line': /\/p\/([^/]+)\//.exec(packageUrl)?.[1] ?? '',
  }));
  await run<{ token: string }>('user token -u erin --name probe', ({ token }) => ({
    'a personal token of the command line': token,
  }));
  await run<{ secret: string }>('user totp -u erin --pending', ({ secret }) => ({
    'the secret of an app of the command line': secret,
  }));
  const chosen = witness.secret('a token that was chosen', 'Zt8Lq4Wn6Xc2Vb9Rk3Jd7Fh5');
  await run('user token -u erin --name chosen --token-stdin', () => ({}), `${chosen}\n`);
  for (const list of ['user list', 'user token -u erin --list', 'pair list']) await run(list, () => ({}));
}

/** Everything that people and machines can read of a kit. */
export async function readEverything({ witness, chief, bob }: Stage): Promise<void> {
  const lists = [
    '/api/status /api/clients /api/doctor /api/diagnosis /api/history /api/calls?limit=1000 /api/people',
    '/api/people/bob /api/people/bob/tokens /api/people/bob/sessions /api/people/alice/tokens /api/user-store',
    '/api/certs /api/certs/ca /api/certs/expiring /api/cas /api/pairings /api/system/time /api/system/power',
    '/api/display /api/display/picture /api/system/screens /api/me/sessions /api/me/tokens /api/me/factors /api/me/passkeys /api/openapi.json',
    '/api/users /api/users/all /api/users/groups?username=bob /api/me /api/certificate',
    '/api/v1/auditlog?page[limit]=500 /api/v1/users /api/v1/user-groups /api/v1/me /api/v1/clients',
    '/Marti/api/clientEndPoints /Marti/api/contacts/all /Marti/api/groups/all /api/setup /api/session /api/login',
  ];
  for (const path of lists.join(' ').split(' ')) {
    await witness.ask('http', `GET ${path}`, { user: chief });
    await witness.ask('http', `GET ${path}`, { user: bob, status: [200, 403] });
  }
  for (const path of ['/healthz', '/metrics']) await witness.ask('ops', `GET ${path}`);
  await witness.ask('portal', 'GET /');
}
