import { makeEnrolmentProfile } from '../../packages/enrolment-profile.ts';
import { enrolmentP12 } from '../../pki/p12.ts';
import type { Access, Enrolling } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { attachment } from '../attachment.ts';
import { queryIgnoringCase } from '../credentials.ts';
import { enrol } from '../enrolment.ts';
import { type AppContext, callerOf, userOf } from '../env.ts';
import type { InvitationsInProgress } from '../invitation-progress.ts';
import { certificateConfigXml } from '../marti/certificate-config.ts';
import { enrolmentForm, enrolmentJson, enrolmentXml } from '../marti/enrolment-answer.ts';
import type { Router } from '../router.ts';

/** Without a certificate only: a device that has one does not enrol. */
const enrolling = (step: Enrolling['enrolling']): Access => ({
  on: ['https', 'http'],
  who: { enrolling: step },
  challengesBasic: true,
});

/** A name that goes into everybody's request. ATAK refuses an empty value. */
const ORGANISATION = 'Bivouac';

/** How ATAK 4 and 5, iTAK, WinTAK and others get a certificate. */
export function registerEnrolRoutes(
  router: Router,
  deps: Pick<AppDeps, 'authority' | 'enrolmentTokens' | 'kitName'> & {
    readonly progress: Pick<InvitationsInProgress, 'enrolling'>;
  },
) {
  const enrolmentIdOf = (c: AppContext) => {
    const caller = callerOf(c);
    return caller.kind === 'user' ? caller.enrolmentId : undefined;
  };
  const follow = (c: AppContext, hasCertificate: boolean) => {
    const enrolmentId = enrolmentIdOf(c);
    if (enrolmentId === undefined) return;
    deps.progress.enrolling(enrolmentId, c.env.peer.remoteAddress, hasCertificate);
  };

  router.route(enrolling('config'), 'GET', '/Marti/api/tls/config', (c) => {
    follow(c, false);
    return c.body(certificateConfigXml(ORGANISATION), 200, { 'content-type': 'application/xml' });
  });

  const enrolDevice = async (c: AppContext) => {
    const enrolled = await enrol(
      {
        user: userOf(c),
        enrolmentId: enrolmentIdOf(c),
        clientUid: queryIgnoringCase(c, 'clientuid') ?? '',
        request: new Uint8Array(await c.req.arrayBuffer()),
        remote: c.env.peer.remoteAddress,
      },
      deps,
    );
    follow(c, true);
    return enrolled;
  };

  router.route(enrolling('sign'), 'POST', '/Marti/api/tls/signClient/v2', async (c) => {
    const enrolled = await enrolDevice(c);
    const form = enrolmentForm(c.req.header('accept'));
    if (form === 'xml') return c.body(enrolmentXml(enrolled), 200, { 'content-type': 'application/xml' });
    const type = form === 'json' ? 'application/json' : 'text/plain';
    return c.body(enrolmentJson(enrolled), 200, { 'content-type': type });
  });

  // ATAK 4.x: a PKCS#12 file without a key, password `atakatak`.
  router.route(enrolling('sign'), 'POST', '/Marti/api/tls/signClient', async (c) => {
    const { signedCertPem, caPems } = await enrolDevice(c);
    const p12 = await enrolmentP12({ signedCertPem, caPems });
    return c.body(new Uint8Array(p12), 200, { 'content-type': 'application/octet-stream' });
  });

  router.route(enrolling('profile'), 'GET', '/Marti/api/tls/profile/enrollment', async (c) => {
    if (!readsProfiles(c.req.header('user-agent'))) return c.body(null, 204);
    // As the client wrote it in its connection: the channel settings are kept by that name.
    const host = new URL(c.req.url).hostname;
    const zip = await makeEnrolmentProfile({ serverName: deps.kitName, host });
    return c.body(new Uint8Array(zip), 200, {
      'content-type': 'application/zip',
      'content-disposition': attachment('profile.zip'),
    });
  });
}

/** iTAK has fewer settings than ATAK, none of those in the profile, and is upset by odd answers here. */
function readsProfiles(userAgent: string | undefined): boolean {
  return !/itak|cfnetwork|darwin/i.test(userAgent ?? '');
}
