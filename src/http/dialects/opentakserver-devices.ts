import { CLIENT_KINDS } from '../../packages/client-package.ts';
import { CONVENTIONAL_PASSWORD, truststoreP12 } from '../../pki/p12.ts';
import type { CertificateRecord } from '../../pki/ports.ts';
import type { AppDeps } from '../app-deps.ts';
import { attachment } from '../attachment.ts';
import { callerOf, personOf, userOf } from '../env.ts';
import type { Onboarding } from '../onboarding.ts';
import { readJsonObject, textOf } from '../request-fields.ts';
import type { Router } from '../router.ts';
import type { OtsAccess } from './opentakserver-access.ts';
import { otsFailure, otsSuccess } from './opentakserver-answers.ts';
import { registerOtsQrCodes } from './opentakserver-qr.ts';
import { otsSubject } from './opentakserver-subject.ts';
import { otsPage } from './opentakserver-views.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** Time to hand a phone round the table. */
const LINK_LIFE_MS = 15 * MINUTE_MS;
const CERTIFICATES_PER_PAGE = 10;

export interface OtsDeviceDeps
  extends Pick<
    AppDeps,
    'authority' | 'certificates' | 'clock' | 'enrolmentTokens' | 'kit' | 'kitName' | 'users'
  > {
  readonly onboarding: Onboarding;
}

/** How devices of a user get their certificate: by QR code, or as a package. Everybody for himself. */
export function registerOtsDevices(router: Router, access: OtsAccess, deps: OtsDeviceDeps): void {
  const { authority, certificates, users, onboarding } = deps;

  registerOtsQrCodes(router, access, deps);

  router.route(
    { ...access.stranger, on: ['https', 'http', 'portal'] },
    'GET',
    '/api/truststore',
    async (c) => {
      const file = await truststoreP12({
        certificates: authority.caPems().map((pem, index) => ({ alias: `ca${index}`, pem })),
        // Nothing in it is secret; Java asks for a password all the same.
        password: CONVENTIONAL_PASSWORD,
        profile: 'legacy',
      });
      return c.body(new Uint8Array(file), 200, {
        'content-type': 'application/x-pkcs12',
        'content-disposition': attachment('truststore-root.p12'),
      });
    },
  );

  router.route(access.member, 'GET', '/api/certificate', async (c) => {
    const me = userOf(c);
    const wanted = c.req.query('username') ?? (me.role === 'administrator' ? '' : me.name);
    if (wanted !== me.name && me.role !== 'administrator') return otsFailure(c, 'Not yours', 403);
    const user = wanted === '' ? undefined : await users.byName(wanted);
    if (wanted !== '' && user === undefined) return otsFailure(c, `Invalid username: ${wanted}`);
    const rows = await certificates.list(user === undefined ? {} : { principalId: user.id });
    const page = Math.max(1, Math.floor(Number(c.req.query('page') ?? 1)) || 1);
    return c.json(otsPage(rows.map(certificateRow), { page, perPage: CERTIFICATES_PER_PAGE }));
  });

  router.route(access.member, 'POST', '/api/certificate', async (c) => {
    const fields = await readJsonObject(c);
    const username = textOf(fields, 'username') ?? '';
    if (username === '') return otsFailure(c, 'Please specify a callsign');
    const user = await otsSubject(c, users, username);
    if (user instanceof Response) return user;
    const client = CLIENT_KINDS.find((kind) => kind === textOf(fields, 'client')) ?? 'atak';
    const host = new URL(c.req.url).hostname;
    const order = { user, client, host, withCertificate: true, lifeMs: LINK_LIFE_MS };
    const { packageUrl, expiresMs } = await onboarding.invite(order, callerOf(c).actor);
    return otsSuccess(c, { package_url: packageUrl, exp: Math.floor(expiresMs / SECOND_MS) });
  });

  registerAssignment(router, access, deps);
}

/**
 * OpenTAKServer writes down whose a device is. Here that is known: whoever its certificate was issued to, or who
 * has signed in on it, and no request changes it.
 */
function registerAssignment(
  router: Router,
  access: OtsAccess,
  { certificates, kit, users }: Pick<OtsDeviceDeps, 'certificates' | 'kit' | 'users'>,
): void {
  async function ownersOf(uid: string): Promise<readonly string[]> {
    const connected = kit.clients().filter((client) => client.uid === uid);
    const issued = await certificates.list({});
    const enrolled = issued.filter((row) => row.deviceUid === uid && row.revokedAtMs === null);
    return [...connected, ...enrolled].map(({ username }) => username);
  }

  router.route(access.member, 'POST', '/api/user/assign_eud', async (c) => {
    const me = personOf(c);
    const fields = await readJsonObject(c);
    const uid = textOf(fields, 'uid') ?? '';
    const username = textOf(fields, 'username') ?? '';
    if (uid === '') return otsFailure(c, 'Please specify an EUD');
    const isOwn = username === '' || username === me.name;
    if (!isOwn && me.role !== 'administrator') {
      return otsFailure(c, 'Only administrators may do this for others', 403);
    }
    const user = isOwn ? me : await users.byName(username);
    if (user === undefined) return otsFailure(c, `User ${username} does not exist`, 404);
    const owners = await ownersOf(uid);
    if (owners.length === 0) return otsFailure(c, `EUD ${uid} not found`, 404);
    if (owners.includes(user.name)) return otsSuccess(c);
    // Whose it is instead, others need not know.
    return otsFailure(c, `${uid} is already assigned to another user`, 403);
  });
}

function certificateRow({ serial, username, deviceUid, notAfterMs, revokedAtMs }: CertificateRecord): object {
  return {
    common_name: username,
    username,
    eud_uid: deviceUid,
    serial_number: serial,
    expiration_date: new Date(notAfterMs).toUTCString(),
    revoked: revokedAtMs !== null,
  };
}
