import { readFile } from 'node:fs/promises';
import { createSmtpMailer } from '../auth/delivery/smtp-mailer.ts';
import type { Mailer } from '../auth/factor-ports.ts';
import type { Config } from '../config/schema.ts';
import { BivouacError } from '../core/errors.ts';

/** What sends mail, where the configuration names a server. @throws BivouacError `config.invalid` */
export function createMailer({ mail }: Pick<Config, 'mail'>): Mailer | undefined {
  const { server: host, port, security, username, password, from, caFile } = mail;
  if (host === '') return undefined;
  if (from === '')
    throw new BivouacError('config.invalid', 'mail.server needs mail.from: who the mails are from');
  return createSmtpMailer(async () => ({
    host,
    port,
    security,
    username,
    password,
    from,
    // Read for each mail: it may be renewed while the kit runs.
    caPem: caFile === '' ? undefined : await readFile(caFile, 'utf8'),
  }));
}
