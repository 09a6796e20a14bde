import type { ConnectionProblem } from './connection-problem.ts';
import type { Trouble } from './diagnosis.ts';

/**
 * A connection that never became a request, in words. Undefined for what says nothing: somebody who connects
 * and leaves, as port scanners and browsers do all the time.
 *
 * @param streamAddress where the CoT stream is, for those who missed it
 */
export function troubleOf(
  problem: ConnectionProblem,
  streamAddress: string | undefined,
): Trouble | undefined {
  const words = wordsFor(problem, streamAddress);
  if (words === undefined) return undefined;
  const { listener, remoteAddress } = problem;
  return { ...words, listener, remoteAddress };
}

type Words = Pick<Trouble, 'code' | 'text' | 'advice'>;

function wordsFor(problem: ConnectionProblem, streamAddress: string | undefined): Words | undefined {
  const { kind, code, listener, localPort } = problem;
  const who = problem.remoteAddress === '' ? 'A device' : `The device at ${problem.remoteAddress}`;
  const port = listener === 'cotTls' ? 'the port of the stream' : `port ${localPort} (${PURPOSES[listener]})`;
  switch (kind) {
    case 'cot_on_http':
      return {
        code: 'port.stream_on_http',
        text: `${who} used ${port} for the stream of positions.`,
        advice: `In its server settings, set the port of the stream${streamAddress === undefined ? '' : `: ${streamAddress}`}.`,
      };
    case 'plain_http_on_tls':
      return {
        code: 'port.plain_on_tls',
        text: `${who} spoke plain HTTP to ${port}.`,
        advice:
          listener === 'cotTls'
            ? 'The pages of the kit are on another port.'
            : 'Use https:// in the address.',
      };
    case 'tls_on_plain_http':
      return {
        code: 'port.tls_on_plain',
        text: `${who} spoke TLS to ${port}, which is plain HTTP.`,
        advice: 'Use http:// in the address, or the HTTPS port.',
      };
    case 'tls_refused_by_client':
      return refusedByClient(who, code, listener);
    case 'tls_failed':
      return code === 'ECONNRESET' ? undefined : failed(who, port, code);
    case 'timeout':
    case 'malformed':
      return undefined;
  }
}

/** Alerts of RFC 8446 section 6.2, as OpenSSL names them, and what makes clients send them. */
function refusedByClient(who: string, code: string, listener: ConnectionProblem['listener']): Words {
  if (/CERTIFICATE_EXPIRED|BAD_CERTIFICATE/.test(code)) {
    return {
      code: 'tls.client_clock',
      text: `${who} finds the certificate of the kit not valid at this time.`,
      advice: 'Compare the date and time of the device with those of the kit, and set the wrong one.',
    };
  }
  return {
    code: 'tls.distrusted',
    text: `${who} does not trust the certificate of the kit (${code.replace(/^ERR_SSL_/, '')}).`,
    // Browsers come to this port too, and each says so when it meets a kit for the first time.
    advice:
      listener === 'https'
        ? 'A browser: go on past its warning, or let the device take the certificate of the kit as its portal page says. A TAK app: open the package of this kit first.'
        : 'Open the package of this kit on the device first. An old package is of no use after a new CA.',
  };
}

function failed(who: string, port: string, code: string): Words {
  if (/UNSUPPORTED_PROTOCOL|NO_SHARED_CIPHER|VERSION/.test(code)) {
    return {
      code: 'tls.too_old',
      text: `${who} offered only TLS versions or ciphers that are not safe, on ${port}.`,
      advice: 'Update its program or its system: TLS 1.2 is needed.',
    };
  }
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') {
    return {
      code: 'tls.timeout',
      text: `${who} began a connection to ${port} and did not finish its handshake.`,
      advice: 'Look at its Wi-Fi signal. If the program is set to no encryption, set it to TLS (SSL).',
    };
  }
  return {
    code: 'tls.failed',
    text: `${who} could not make a TLS connection to ${port} (${code.replace(/^ERR_SSL_/, '')}).`,
    advice: 'Check that its server settings say TLS (SSL) and this port.',
  };
}

const PURPOSES: Readonly<Record<ConnectionProblem['listener'], string>> = {
  cotTls: 'the stream',
  https: 'enrolment and pages',
  httpsCert: 'HTTPS with certificate',
  http: 'plain HTTP',
  ftsRest: 'FreeTAKServer’s REST',
  ftsRestPlain: 'FreeTAKServer’s REST in plain',
  portal: 'first steps',
  ops: 'monitoring',
  control: 'control',
};
