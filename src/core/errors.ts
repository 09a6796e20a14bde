/**
 * Every expected failure has a stable code, and all codes stand in this one table: the command line prints
 * them, HTTP maps them to a status, docs/errors.md lists them. Add a row here before you throw a new one.
 */
export const ERROR_CODES = {
  // configuration
  'config.unreadable': { status: 500, text: 'The configuration file cannot be read' },
  'config.syntax': { status: 500, text: 'The configuration file is not valid TOML' },
  'config.unknown_key': { status: 500, text: 'The configuration has a key that does not exist' },
  'config.invalid': { status: 500, text: 'A configuration value is not valid' },
  // start-up and files
  'listen.failed': { status: 500, text: 'A listener cannot be opened' },
  'data.locked': { status: 500, text: 'Another server is running on this data directory' },
  'data.unusable': { status: 500, text: 'The data directory cannot be used' },
  'store.closed': { status: 503, text: 'The store is closed' },
  'store.failed': { status: 500, text: 'The store refused an operation' },
  'store.full': { status: 507, text: 'There is no space left on the disk' },
  'store.busy': { status: 503, text: 'Another process is using the database' },
  'store.io': { status: 500, text: 'The disk does not read or write' },
  'store.corrupt': { status: 500, text: 'The database is damaged: restore a backup' },
  'store.newer': { status: 500, text: 'The database was written by a newer version' },
  // requests
  'request.invalid': { status: 400, text: 'The request is not valid' },
  'request.too_large': { status: 413, text: 'The request is too large' },
  'request.not_found': { status: 404, text: 'There is nothing here' },
  'request.method': { status: 405, text: 'This method is not offered here' },
  'auth.required': { status: 401, text: 'Sign in first' },
  'auth.failed': { status: 401, text: 'Wrong user name or password' },
  'auth.forbidden': { status: 403, text: 'You may not do this' },
  'auth.delayed': { status: 429, text: 'Too many failed sign-ins for this user: wait a moment' },
  'auth.banned': { status: 429, text: 'Too many failed sign-ins from this address: wait' },
  'auth.busy': { status: 429, text: 'Too many sign-ins at one time: try again' },
  'auth.password_expired': { status: 401, text: 'The password has expired: set a new one' },
  'auth.unconfirmed': { status: 401, text: 'Confirm the e-mail address first: a link was sent to it' },
  'auth.step_up': { status: 403, text: 'Confirm who you are first: sign in again' },
  'auth.token_invalid': { status: 401, text: 'This token is not good, or not any more' },
  'auth.scope': { status: 403, text: 'The scope of the provided token is not authorized for this operation' },
  'csrf.missing': { status: 400, text: 'The CSRF token is missing' },
  'csrf.invalid': { status: 400, text: 'The CSRF token is invalid' },
  'csrf.no_referrer': { status: 400, text: 'The referrer header is missing' },
  'csrf.referrer': { status: 400, text: 'The referrer does not match the host' },
  'session.unknown': { status: 404, text: 'There is no session of this id' },
  'token.unknown': { status: 404, text: 'There is no token of this prefix' },
  'token.exists': { status: 409, text: 'You have a token of this name' },
  'token.name_invalid': { status: 400, text: 'A token needs a name of at most 250 characters' },
  'token.scope_invalid': { status: 400, text: 'This scope of a token does not exist' },
  'token.expiry_invalid': { status: 400, text: 'A token ends in the future, and within two years' },
  'token.too_many': { status: 409, text: 'This user has too many tokens' },
  'token.weak': { status: 400, text: 'This token is too easy to guess' },
  'factor.wrong': { status: 401, text: 'Wrong code' },
  'factor.code_expired': { status: 401, text: 'The code has expired: ask for another one' },
  'factor.login_unknown': { status: 401, text: 'This sign-in is over: start again' },
  'factor.not_set_up': { status: 409, text: 'No second factor is set up' },
  'factor.exists': { status: 409, text: 'This second factor is set up already' },
  'factor.not_offered': { status: 400, text: 'This second factor is not offered here' },
  'factor.no_target': { status: 400, text: 'It is not known where to send codes for this user' },
  'factor.target_invalid': { status: 400, text: 'Codes cannot be sent there' },
  'factor.too_many_codes': { status: 429, text: 'Too many codes were sent: wait an hour' },
  'factor.not_sent': { status: 502, text: 'The code could not be sent' },
  'factor.clock': {
    status: 503,
    text: 'The kit does not know the time, so codes of an app cannot be checked: use a recovery code',
  },
  'passkey.impossible': {
    status: 400,
    text: 'Passkeys need a page with a name and a trusted certificate, not an address',
  },
  'passkey.refused': { status: 400, text: 'This passkey was not accepted' },
  'passkey.unknown': { status: 404, text: 'There is no such passkey' },
  'passkey.too_many': { status: 409, text: 'This user has too many passkeys' },
  'setup.code_wrong': { status: 401, text: 'This is not the code on the display' },
  'setup.claimed': { status: 410, text: 'This kit has an administrator already' },
  'enrolment.too_many': { status: 409, text: 'This user has too many unused enrolment codes' },
  // people
  'user_store.unusable': { status: 503, text: 'The store in which people are kept cannot be read' },
  'user_store.read_only': { status: 400, text: 'People are kept where this server cannot change them' },
  'user.exists': { status: 409, text: 'A user of this name exists' },
  'user.unknown': { status: 404, text: 'There is no user of this name' },
  'user.name_invalid': { status: 400, text: 'This user name is not allowed' },
  'user.email_invalid': { status: 400, text: 'This e-mail address is not valid' },
  'user.last_admin': { status: 409, text: 'The last enabled administrator stays as it is' },
  'group.unknown': { status: 404, text: 'There is no channel of this name' },
  'group.name_invalid': { status: 400, text: 'This channel name is not allowed' },
  'password.weak': { status: 400, text: 'The password is too weak' },
  'password.hash_unknown': { status: 400, text: 'This form of a password hash is not known' },
  'password.forbidden_chars': { status: 400, text: 'Passwords should not include @ or : characters' },
  'account.not_offered': { status: 403, text: 'Accounts by e-mail are switched off here' },
  'account.domain_refused': { status: 400, text: 'E-mail addresses of this domain cannot register here' },
  'mail.token_invalid': { status: 400, text: 'This link is not good any more' },
  // screens
  'pairing.code_unknown': { status: 404, text: 'This code is unknown, used or too old' },
  'pairing.unknown': { status: 404, text: 'There is no pairing of this id' },
  'pairing.over': { status: 409, text: 'This was decided before, or has taken too long: start again' },
  'pairing.too_many': { status: 429, text: 'Too many devices ask for a code: wait a few minutes' },
  'pairing.guessing': { status: 429, text: 'Too many wrong codes: wait, or let somebody at the kit approve' },
  'stream.ticket': { status: 401, text: 'This ticket is unknown, used or too old: ask for another one' },
  'stream.too_many': { status: 429, text: 'Too many streams are open for this screen' },
  // the kit's own display
  'display.off': { status: 409, text: 'The display of this kit is switched off' },
  // certificates
  'ca.unusable': { status: 500, text: 'The certificate authority cannot be opened' },
  'ca.unknown': { status: 404, text: 'There is no certificate authority of this id' },
  'ca.last': { status: 409, text: 'The last certificate authority cannot be retired' },
  'ca.import_refused': { status: 400, text: 'This certificate authority cannot be imported' },
  'cert.unknown': { status: 404, text: 'There is no certificate of this serial' },
  'cert.refused': { status: 403, text: 'This certificate is not accepted' },
  'cert.request_invalid': { status: 400, text: 'The certificate request is not valid' },
  'cert.request_weak': { status: 400, text: 'The key of the certificate request is too weak' },
  'cert.request_name': { status: 403, text: 'The certificate request names somebody else' },
  // packages
  'package.host_invalid': { status: 400, text: 'This host name or address cannot be used in a package' },
  'link.too_many': { status: 409, text: 'Too many download links are open: wait until some have ended' },
  'link.impossible': { status: 409, text: 'There is no listener that could serve a download link' },
  // media
  'media.unknown': { status: 404, text: 'There is no such file' },
  'media.no_bucket': { status: 404, text: 'There is no bucket of this name' },
  'media.not_single_use': {
    status: 409,
    text: 'Only files on the kit itself can be given out for a single use',
  },
  'media.store_failed': { status: 502, text: 'The store of this bucket does not answer as it should' },
  // time
  'time.has_source': { status: 409, text: 'The clock is set by a better source than a person' },
  'time.refused': { status: 400, text: 'This cannot be the time' },
  // the machine
  'system.failed': { status: 500, text: 'The machine refused what was asked of it' },
  'system.order_refused': { status: 500, text: 'An order to the machine is not taken' },
  'system.unsupported': { status: 409, text: 'The kit has no hold over this part of the machine' },
  // control
  'control.unreachable': { status: 503, text: 'No server answers on the control socket' },
  internal: { status: 500, text: 'Something went wrong inside' },
} as const satisfies Record<string, { status: number; text: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An expected failure: a stable code, and one clear sentence for the person who meets it. */
export class BivouacError extends Error {
  override readonly name = 'BivouacError';
  readonly code: ErrorCode;
  /** Extra facts for machines (field names, limits). Never secrets. */
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message?: string, details?: Record<string, unknown>, cause?: unknown) {
    super(message ?? ERROR_CODES[code].text, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  /** The HTTP status that this code maps to. */
  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}

/** The message of anything thrown, for logs. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
