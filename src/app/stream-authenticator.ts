import type { StreamLogin as AuthStreamLogin } from '../auth/ports.ts';
import type { Log } from '../core/log.ts';
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
  readonly log: Log;
}): StreamAuthenticator {
  return {
    async byCertificate({ der, remoteAddress }) {
      const verdict = deps.authority.judge(der);
      if (!verdict.isTrusted) {
        deps.log.warnRarely(`judge ${remoteAddress} ${verdict.cause}`, 'cot.certificate_refused', {
          remote: remoteAddress,
          cause: verdict.cause,
          text: verdict.text,
        });
        return { refused: VERDICTS[verdict.cause] };
      }
      const { serial, fingerprint } = verdict;
      return deps.streamLogin.byCertificate({ serial, fingerprint, remote: remoteAddress });
    },
    byPassword: ({ username, password, uid, remoteAddress }) =>
      deps.streamLogin.byPassword({ username, password, uid, remote: remoteAddress }),
  };
}
