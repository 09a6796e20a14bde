import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { SMTPServer } from 'smtp-server';

/** A web server that takes forms, as an operator's message gateway does. */
export async function startFormReceiver(t: TestContext) {
  const forms: Record<string, string>[] = [];
  const answer = { status: 200 };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      forms.push(Object.fromEntries(new URLSearchParams(body)));
      // 0: an answer that never comes.
      if (answer.status !== 0) response.writeHead(answer.status, { location: '/elsewhere' }).end('thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/send`,
    forms,
    answer,
    /** The newest code that came. */
    code: () => forms.at(-1)?.['token'] ?? '',
  };
}

export interface ReceivedMail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** Mails leave at once; a busy machine takes its time. */
const MAIL_TIMEOUT_MS = 10_000;

/** A mail server that keeps what it is given; it asks for a user name and a password where `login` is set. */
export async function startMailServer(
  t: TestContext,
  { login }: { readonly login?: { readonly username: string; readonly password: string } } = {},
) {
  const mails: ReceivedMail[] = [];
  const arrived = new Set<() => void>();
  const server = new SMTPServer({
    authOptional: login === undefined,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      if (username === login?.username && password === login?.password) done(null, { user: username });
      else done(new Error('wrong user name or password'));
    },
    onData(stream, session, done) {
      let raw = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        raw += chunk;
      });
      stream.on('end', () => {
        const [head = '', ...body] = raw.split('\r\n\r\n');
        mails.push({
          to: session.envelope.rcptTo.map(({ address }) => address),
          subject: /^Subject: (.*)$/m.exec(head)?.[1]?.trim() ?? '',
          text: unquoted(body.join('\r\n\r\n')),
        });
        done();
        for (const look of arrived) look();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  /** The newest mail to an address about this, once it is there. */
  async function mailTo(address: string, about: RegExp): Promise<ReceivedMail> {
    const find = () => mails.findLast(({ to, subject }) => to.includes(address) && about.test(subject));
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        arrived.delete(look);
      };
      const look = () => {
        const found = find();
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`no mail to ${address} about ${about}: ${JSON.stringify(mails)}`));
      }, MAIL_TIMEOUT_MS);
      arrived.add(look);
      look();
    });
  }
  return { host: '127.0.0.1', port, mails, mailTo };
}

/** Quoted-printable, as mails with long lines have it. */
function unquoted(text: string): string {
  return text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .trim();
}
