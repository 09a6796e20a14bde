import { readFileSync } from 'node:fs';
import { BivouacError, messageOf } from '../core/errors.ts';
import type { Config } from './schema.ts';

/** Fewest different characters of a key that anybody has drawn at random; `aaaa…` has one. */
const DIFFERENT_CHARS_MIN = 10;

/** What documents, samples and compose files of these servers suggest: everybody knows them. */
const SAMPLES =
  /secret-string-needs|needs[-_ ]to[-_ ]be[-_ ]changed|change[-_ ]?(?:me|this)|your[-_ ]?(?:jwt[-_ ]?)?secret|example|sample|password/i;

type TakeoutKind = 'takeout' | 'media' | 'code' | 'file';

export interface TokenSecrets {
  /** RPort's `jwt_secret`. */
  readonly rport: string | undefined;
  /** TakeoutFM's, by the kinds of tokens that they sign. */
  readonly takeout: Partial<Readonly<Record<TakeoutKind, string>>>;
}

/**
 * Keys that the operator set for tokens, also those in files. One that somebody can guess would let him sign
 * tokens of his own, and one for two kinds would make the kinds one.
 * @throws BivouacError `config.invalid`
 */
export function readTokenSecrets({ compat: { rport, takeout } }: Pick<Config, 'compat'>): TokenSecrets {
  const { AccessToken, MediaToken, CodeToken, FileToken } = takeout.Auth;
  const rows = [
    ['takeout', 'AccessToken', AccessToken],
    ['media', 'MediaToken', MediaToken],
    ['code', 'CodeToken', CodeToken],
    ['file', 'FileToken', FileToken],
  ] as const;
  const named: [name: string, secret: string][] = [];
  function keep(name: string, secret: string): string | undefined {
    if (secret === '') return undefined;
    refuseWeak(name, secret);
    const twin = named.find(([, other]) => other === secret);
    if (twin !== undefined) throw invalid(name, `the same as ${twin[0]}: each kind needs a key of its own`);
    named.push([name, secret]);
    return secret;
  }
  const rportSecret = keep('compat.rport.jwt_secret', rport.jwt_secret);
  const secrets: Partial<Record<TakeoutKind, string>> = {};
  for (const [kind, table, { Secret, SecretFile }] of rows) {
    const name = `compat.takeout.Auth.${table}`;
    if (Secret !== '' && SecretFile !== '') throw invalid(name, 'either Secret or SecretFile');
    const secret = keep(name, SecretFile === '' ? Secret : firstLineOf(name, SecretFile));
    if (secret !== undefined) secrets[kind] = secret;
  }
  return { rport: rportSecret, takeout: secrets };
}

function firstLineOf(name: string, file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(name, messageOf(error));
  }
  const [line = ''] = text.split(/\r?\n/);
  if (line.length < 32) throw invalid(name, `${file} holds fewer than 32 characters on its first line`);
  return line;
}

/** The key itself is in no message. */
function refuseWeak(name: string, secret: string): void {
  if (SAMPLES.test(secret)) throw invalid(name, 'this is a known sample: take a random one');
  if (new Set(secret).size < DIFFERENT_CHARS_MIN) throw invalid(name, 'too easy to guess: take a random one');
}

function invalid(name: string, problem: string): BivouacError {
  return new BivouacError('config.invalid', `${name}: ${problem}`);
}
