import type { StreamLogin as AuthStreamLogin } from '../auth/ports.ts';
import type { Diagnosis } from '../http/diagnosis.ts';
import type { CloseReason } from '../hub/close-reason.ts';
import type { Authority } from '../pki/authority.ts';
import type { PeerVerdict } from '../pki/peer-verdict.ts';
import type { StreamAuthenticator } from '../transport/stream-auth.ts';

const VERDICTS: Readonly<Record<Extract<PeerVerdict, { isTrusted: false }>['cause'], CloseReason>> = {
  unreadable: 'cert_unknown_ca',
  other_ca: 'cert_unknown_ca',
  retired_ca: 'cert_unknown_ca',
  not_a_client: 'cert_unknown_ca',
  ended: 'cert_expired',
};

/** Joins the two judges of a client certificate: the authority knows whose it is, the register whether it counts. */
export function createStreamAuthenticator(deps: {
  readonly authority: Pick<Authority, 'judge'>;
  readonly streamLogin: AuthStreamLogin;
  readonly diagnosis: Pick<Diagnosis, 'note'>;
}): StreamAuthenticator {
  return {
    async byCertificate({ der, remoteAddress }) {
      const verdict = deps.authority.judge(der);
      if (!verdict.isTrusted) {
        deps.diagnosis.note({
          code: 'cert.refused',
          listener: 'cotTls',
          remoteAddress,
          text: verdict.text.replace(/^The client/, `The device at ${remoteAddress}`),
          advice: 'Give it a package of this kit, or enrol it again.',
        });
        return { refused: VERDICTS[verdict.cause] };
      }
      const { serial, fingerprint } = verdict;
      return deps.streamLogin.byCertificate({ serial, fingerprint, remote: remoteAddress });
    },
    async byPassword({ username, password, uid, remoteAddress }) {
      const result = await deps.streamLogin.byPassword({ username, password, uid, remote: remoteAddress });
      if (result.identity === undefined) {
        deps.diagnosis.note({
          code: 'stream.sign_in_refused',
          listener: 'cotTls',
          remoteAddress,
          text: `The device at ${remoteAddress} could not sign in to the stream: ${result.cause.replaceAll('_', ' ')}.`,
          advice: 'Check user name and password in its server settings.',
        });
      }
      return result;
    },
  };
}
