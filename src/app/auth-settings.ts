import type {
  AuthSettings,
  CodeDelivery,
  CodeSettings,
  EmailSettings,
  ProxySettings,
} from '../auth/settings.ts';
import type { Config } from '../config/schema.ts';
import { readTokenSecrets } from '../config/token-secrets.ts';
import { BivouacError } from '../core/errors.ts';

const SECOND_MS = 1_000;

/**
 * What auth is to do, from the configuration: the settings of several documents come down to one.
 * `publicUrl` says under which address links in mails reach the kit; it is asked when a link is made.
 * @throws BivouacError `config.invalid` for settings that exclude each other
 */
export function authSettings(config: Config, publicUrl: () => string): AuthSettings {
  const { opentakserver: ots, rport, takeout } = config.compat;
  const secrets = readTokenSecrets(config);
  const sendsCodes = rport.two_fa_token_delivery !== '';
  if (sendsCodes && rport.totp_enabled) {
    throw invalid('two_fa_token_delivery and totp_enabled cannot both be on: choose one');
  }
  const needsMail = ots.OTS_ENABLE_EMAIL
    ? 'compat.opentakserver.OTS_ENABLE_EMAIL'
    : rport.two_fa_token_delivery === 'smtp' && 'compat.rport.two_fa_token_delivery = "smtp"';
  if (needsMail !== false && config.mail.server === '') {
    throw new BivouacError('config.invalid', `${needsMail} needs mail.server: without it nobody gets a mail`);
  }
  return {
    secondFactor: {
      requiredOf: sendsCodes || rport.totp_enabled ? 'everybody' : 'nobody',
      loginLifeMs: rport.totp_login_session_ttl,
      totp: {
        issuer:
          firstOf(ots.SECURITY_TOTP_ISSUER, rport.totp_account_name, takeout.Auth.TOTP.Issuer) ?? config.name,
        mayReveal: rport.totp_may_reveal,
      },
      codes: codeSettings(config),
    },
    sessions: {
      rportSecret: secrets.rport,
      otsIdleMs: ots.SECURITY_TOKEN_MAX_AGE * SECOND_MS,
      takeout: {
        refreshIdleMs: takeout.Auth.SessionAge,
        accessMs: takeout.Auth.AccessToken.Age,
        mediaMs: takeout.Auth.MediaToken.Age,
        codeMs: takeout.Auth.CodeToken.Age,
        fileMs: takeout.Auth.FileToken.Age,
        secrets: secrets.takeout,
      },
    },
    apiTokens: { allowsWeak: config.auth.allowsWeakTokens },
    email: emailSettings(config, publicUrl),
    proxy: proxySettings(config),
  };
}

/** TakeoutFM's `Auth.PasswordEntropy` counts where it is set, under either of its spellings. */
export function passwordPolicy({ password, compat }: Config): Config['password'] {
  const { PasswordEntropy, PasswordEntroy } = compat.takeout.Auth;
  if (PasswordEntropy > 0 && PasswordEntroy > 0 && PasswordEntropy !== PasswordEntroy) {
    throw new BivouacError(
      'config.invalid',
      'compat.takeout.Auth: PasswordEntropy and PasswordEntroy are one setting, and say two things',
    );
  }
  const bits = Math.max(PasswordEntropy, PasswordEntroy);
  return bits === 0 ? password : { ...password, minEntropyBits: bits };
}

function codeSettings(config: Config): CodeSettings | undefined {
  const { rport, opentakserver: ots } = config.compat;
  if (rport.two_fa_token_delivery === '' && !ots.OTS_ENABLE_EMAIL) return undefined;
  const type = rport.two_fa_send_to_type;
  return {
    method: codeDelivery(config),
    lifeMs: rport.two_fa_token_ttl_seconds * SECOND_MS,
    sendTimeoutMs: rport.two_fa_send_timeout,
    receiver: type === 'regex' ? { type, pattern: rport.two_fa_send_to_regex } : { type },
    alphabet: rport.two_fa_token_delivery === '' ? 'digits' : 'alphanumeric',
    subject: rport.two_fa_token_delivery === '' ? `${config.name}: your code` : 'Rport 2FA',
  };
}

function codeDelivery({ compat: { rport } }: Config): CodeDelivery {
  const delivery = rport.two_fa_token_delivery;
  switch (delivery) {
    // OpenTAKServer's second factor by e-mail, which each user may choose.
    case '':
    case 'smtp':
      return { by: 'email' };
    case 'pushover':
      if (rport.pushover.api_token === '') {
        throw invalid('two_fa_token_delivery = "pushover" needs pushover.api_token');
      }
      return { by: 'pushover', apiToken: rport.pushover.api_token };
    default:
      return delivery.startsWith('/') ? { by: 'script', path: delivery } : { by: 'url', url: delivery };
  }
}

function emailSettings(
  { compat: { opentakserver: ots } }: Config,
  publicUrl: () => string,
): EmailSettings | undefined {
  if (!ots.OTS_ENABLE_EMAIL) return undefined;
  return {
    allowsRegistration: true,
    allowsUnconfirmed: ots.SECURITY_LOGIN_WITHOUT_CONFIRMATION,
    domainWhitelist: ots.OTS_EMAIL_DOMAIN_WHITELIST,
    domainBlacklist: ots.OTS_EMAIL_DOMAIN_BLACKLIST,
    tldWhitelist: ots.OTS_EMAIL_TLD_WHITELIST,
    tldBlacklist: ots.OTS_EMAIL_TLD_BLACKLIST,
    get confirmUrl() {
      return `${publicUrl()}/confirm#`;
    },
    get resetUrl() {
      return `${publicUrl()}/new-password#`;
    },
  };
}

function proxySettings({ compat: { rport } }: Config): ProxySettings | undefined {
  if (rport.auth_header === '') return undefined;
  if (rport.trusted_proxies.length === 0) {
    throw invalid('auth_header needs trusted_proxies: without it anybody could send that header');
  }
  return {
    trustedProxies: rport.trusted_proxies,
    authHeader: rport.auth_header.toLowerCase(),
    userHeader: rport.user_header.toLowerCase(),
    createsMissingUsers: rport.create_missing_users,
    defaultGroup: rport.default_user_group,
  };
}

function firstOf(...texts: readonly string[]): string | undefined {
  return texts.find((text) => text !== '');
}

function invalid(problem: string): BivouacError {
  return new BivouacError('config.invalid', `compat.rport: ${problem}`);
}
