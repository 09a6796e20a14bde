/**
 * What an operator may decide about signing in. The configuration fills it in; auth asks at each use, so that
 * a change counts at once. Everything that a source document names has its documented name in the comment.
 */
export interface AuthSettings {
  readonly secondFactor: SecondFactorSettings;
  readonly sessions: SessionSettings;
  readonly apiTokens: ApiTokenSettings;
  /** Undefined: nobody registers by himself, and no password is reset by mail. */
  readonly email: EmailSettings | undefined;
  /** Undefined: no reverse proxy signs anybody in. */
  readonly proxy: ProxySettings | undefined;
}

export interface SecondFactorSettings {
  /** Who cannot sign in without one. RPort's `totp_enabled` and `two_fa_token_delivery` mean everybody. */
  readonly requiredOf: 'nobody' | 'administrators' | 'everybody';
  /** Life of a sign-in that waits for its code, milliseconds (`totp_login_session_ttl`). */
  readonly loginLifeMs: number;
  /** Undefined: no authenticator apps. */
  readonly totp: TotpSettings | undefined;
  /** Undefined: no codes are sent. By e-mail, a code also needs `Mailer`. */
  readonly codes: CodeSettings | undefined;
}

export interface TotpSettings {
  /** Shown by the authenticator app (`SECURITY_TOTP_ISSUER`, `Auth.TOTP.Issuer`, `totp_account_name`). */
  readonly issuer: string;
  /** Whether the owner of an active secret may see it again, after a fresh sign-in. */
  readonly mayReveal: boolean;
}

/** RPort's `two_fa_token_delivery` and what belongs to it. */
export interface CodeSettings {
  readonly method: CodeDelivery;
  /** `two_fa_token_ttl_seconds` */
  readonly lifeMs: number;
  /** `two_fa_send_timeout` */
  readonly sendTimeoutMs: number;
  /** `two_fa_send_to_type`, for scripts; e-mail and URL take e-mail addresses whatever it says. */
  readonly receiver:
    | { readonly type: 'none' | 'email' }
    | { readonly type: 'regex'; readonly pattern: string };
  /** Digits are easier to type, letters and digits are what RPort sends. Six of them in both cases. */
  readonly alphabet: 'digits' | 'alphanumeric';
  /** Subject of the e-mail (`Rport 2FA`). */
  readonly subject: string;
}

export type CodeDelivery =
  | { readonly by: 'email' }
  | { readonly by: 'pushover'; readonly apiToken: string }
  /** Absolute path of a program. */
  | { readonly by: 'script'; readonly path: string }
  | { readonly by: 'url'; readonly url: string };

export interface SessionSettings {
  /** RPort's `jwt_secret`: the key of its tokens instead of one derived from the kit's root key. */
  readonly rportSecret: string | undefined;
  /** Life of OpenTAKServer's `authentication_token` after its last use, milliseconds. */
  readonly otsIdleMs: number;
  readonly takeout: TakeoutSettings;
}

/** TakeoutFM's `Auth.*`, lives in milliseconds. */
export interface TakeoutSettings {
  /** `SessionAge`: of a refresh token that is not used. */
  readonly refreshIdleMs: number;
  /** `AccessToken.Age` */
  readonly accessMs: number;
  /** `MediaToken.Age`: it ends with its session in any case. */
  readonly mediaMs: number;
  /** `CodeToken.Age`, and of the code beside it. */
  readonly codeMs: number;
  /** `FileToken.Age` */
  readonly fileMs: number;
  /** `*Token.Secret` and `SecretFile`: keys instead of those derived from the kit's root key. */
  readonly secrets: Partial<Readonly<Record<'takeout' | 'media' | 'code' | 'file', string>>>;
}

export interface ApiTokenSettings {
  /** Whether a token of the operator's choice may be easy to guess (a bare UUID is not). */
  readonly allowsWeak: boolean;
}

export interface EmailSettings {
  /** Whether strangers may make an account of their own. */
  readonly allowsRegistration: boolean;
  /** `LOGIN_WITHOUT_CONFIRMATION` */
  readonly allowsUnconfirmed: boolean;
  /** `OTS_EMAIL_DOMAIN_WHITELIST` and so on; an empty list says nothing. */
  readonly domainWhitelist: readonly string[];
  readonly domainBlacklist: readonly string[];
  readonly tldWhitelist: readonly string[];
  readonly tldBlacklist: readonly string[];
  /** Address of the page that takes the token of a mail: `https://kit.example/confirm#`. The token is added. */
  readonly confirmUrl: string;
  readonly resetUrl: string;
}

export interface ProxySettings {
  /** Addresses and networks (`10.0.0.0/8`) of the proxies; headers from anybody else are not looked at. */
  readonly trustedProxies: readonly string[];
  /** `auth_header`, lower case: its presence says that the proxy let the request through. */
  readonly authHeader: string;
  /** `user_header`, lower case: holds the user's name. */
  readonly userHeader: string;
  /** `create_missing_users` */
  readonly createsMissingUsers: boolean;
  /** `default_user_group` of users that are made. `Administrators` makes administrators. */
  readonly defaultGroup: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What holds without a word in the configuration. */
export const DEFAULT_AUTH_SETTINGS: AuthSettings = {
  secondFactor: {
    requiredOf: 'nobody',
    loginLifeMs: 10 * MINUTE_MS,
    totp: { issuer: 'Bivouac', mayReveal: true },
    codes: undefined,
  },
  sessions: {
    rportSecret: undefined,
    otsIdleMs: 12 * HOUR_MS,
    takeout: {
      refreshIdleMs: 30 * DAY_MS,
      accessMs: 4 * HOUR_MS,
      mediaMs: 90 * DAY_MS,
      codeMs: 5 * MINUTE_MS,
      fileMs: HOUR_MS,
      secrets: {},
    },
  },
  apiTokens: { allowsWeak: false },
  email: undefined,
  proxy: undefined,
};

/** Of `create_missing_users`: as little as possible, and not RPort's `Administrators`. */
export const DEFAULT_PROXY_GROUP = 'Users';
