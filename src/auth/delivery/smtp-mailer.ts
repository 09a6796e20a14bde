import { createTransport } from 'nodemailer';
import type { Mailer } from '../factor-ports.ts';

/** How to reach a mail server. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** `tls`: from the first byte (465). `starttls`: refused by us if the server does not offer it. `none`: plain. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly username: string;
  /** Empty with an empty user name. */
  readonly password: string;
  /** Sender address. */
  readonly from: string;
  /** PEM of the authority of a server of one's own; the public ones otherwise. */
  readonly caPem?: string | undefined;
}

/** Time for each step of a conversation with the mail server, milliseconds. */
const STEP_TIMEOUT_MS = 10_000;

/** One connection per mail: a kit sends a few a day. Settings are asked each time: they may change. */
export function createSmtpMailer(settings: () => Promise<SmtpSettings>): Mailer {
  return {
    async send({ to, subject, text }) {
      const { host, port, security, username, password, from, caPem } = await settings();
      const transport = createTransport({
        host,
        port,
        secure: security === 'tls',
        requireTLS: security === 'starttls',
        ignoreTLS: security === 'none',
        ...(username === '' ? {} : { auth: { user: username, pass: password } }),
        ...(caPem === undefined ? {} : { tls: { ca: caPem } }),
        connectionTimeout: STEP_TIMEOUT_MS,
        greetingTimeout: STEP_TIMEOUT_MS,
        socketTimeout: STEP_TIMEOUT_MS,
        // A text is a text: nothing in it makes the server read a file or a URL.
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      try {
        await transport.sendMail({ from, to: { name: '', address: to }, subject, text });
      } finally {
        transport.close();
      }
    },
  };
}
