import type { Grant, GrantAction, GrantTarget, GroupFlag } from './account-ports.ts';
import type { PrincipalKind, Role } from './ports.ts';
import type { TokenScope } from './session-ports.ts';

/** How fresh a sign-in must be for what cannot be undone, milliseconds. */
export const STEP_UP_MS = 5 * 60_000;

/** Who wants something, as far as it decides. */
export interface Who {
  readonly kind: PrincipalKind | 'anonymous';
  readonly id: string;
  readonly role: Role;
  /** Channels that it may send into, and receive from. */
  readonly channelsIn: readonly string[];
  readonly channelsOut: readonly string[];
  readonly flags: readonly GroupFlag[];
  readonly grants: readonly Grant[];
  /** Of the API token in use; undefined when the person acts itself. */
  readonly scope: TokenScope | undefined;
  /** When the person last showed credentials; undefined for a token, which never did. */
  readonly authenticatedMs: number | undefined;
}

export const ANYBODY: Who = {
  kind: 'anonymous',
  id: '',
  role: 'viewer',
  channelsIn: [],
  channelsOut: [],
  flags: [],
  grants: [],
  scope: undefined,
  authenticatedMs: undefined,
};

/** What the wish is about; each action looks at what it needs, and refuses without it. */
export interface What {
  readonly channel?: string;
  readonly target?: GrantTarget;
  /** A thing that everybody may read. */
  readonly isPublic?: boolean;
  /** The principal that it belongs to or happens to. */
  readonly ownerId?: string;
}

/** What else is so at the moment. */
export interface Moment {
  readonly nowMs: number;
  /** Somebody pressed the button of the box a moment ago. */
  readonly isSomebodyPresent: boolean;
}

export type Decision =
  | { readonly isAllowed: true }
  | {
      readonly isAllowed: false;
      readonly because:
        | 'sign_in'
        | 'role'
        | 'scope'
        | 'channel'
        | 'grant'
        | 'flag'
        | 'owner'
        | 'step_up'
        | 'presence';
    };

type Rule =
  | 'yes'
  | 'no'
  /** The channel is one of its own, in that direction. */
  | 'channel'
  /** By a grant for this thing. */
  | 'grant'
  /** By a flag of one of its groups. */
  | 'flag'
  /** It is its own. */
  | 'own'
  | 'public'
  /** After a fresh sign-in. */
  | 'fresh'
  /** After a fresh sign-in, with somebody at the box. */
  | 'present';

type Column = 'administrator' | 'operator' | 'user' | 'viewer' | 'service' | 'anybody';

interface Row {
  readonly rules: Readonly<Record<Column, Rule>>;
  /** What a token must be scoped for. Without an entry only the person itself may. */
  readonly scopes: readonly TokenScope[];
}

const READING: readonly TokenScope[] = ['read', 'read+write'];
const WRITING: readonly TokenScope[] = ['read+write'];
const PERSON_ONLY: readonly TokenScope[] = [];

function row(
  scopes: readonly TokenScope[],
  administrator: Rule,
  operator: Rule,
  user: Rule,
  viewer: Rule,
  service: Rule,
  anybody: Rule,
): Row {
  return { scopes, rules: { administrator, operator, user, viewer, service, anybody } };
}

/**
 * Who may do what. What is not in it, nobody may. A service is what it has a scope for; administrators need
 * nothing else for everyday things, and a fresh sign-in for what changes who has power.
 */
const TABLE = {
  //                              scopes       administrator operator user       viewer     service    anybody
  'kit.read': row(READING, 'yes', 'yes', 'yes', 'yes', 'yes', 'yes'),
  'cot.send': row(['cot', 'cot:write', 'read+write'], 'yes', 'yes', 'channel', 'no', 'channel', 'no'),
  'cot.read': row(['cot', 'cot:read', ...READING], 'yes', 'yes', 'channel', 'channel', 'channel', 'no'),
  'item.read': row(READING, 'yes', 'yes', 'grant', 'grant', 'grant', 'public'),
  'item.write': row(WRITING, 'yes', 'yes', 'grant', 'no', 'grant', 'no'),
  'item.modify': row(WRITING, 'yes', 'yes', 'grant', 'no', 'grant', 'no'),
  'collection.read': row(READING, 'yes', 'yes', 'grant', 'grant', 'grant', 'public'),
  'collection.write': row(WRITING, 'yes', 'yes', 'grant', 'no', 'grant', 'no'),
  'collection.modify': row(WRITING, 'yes', 'yes', 'grant', 'no', 'grant', 'no'),
  'bucket.read': row(READING, 'yes', 'grant', 'grant', 'grant', 'grant', 'no'),
  'tunnels.use': row(WRITING, 'yes', 'flag', 'no', 'no', 'flag', 'no'),
  'scripts.use': row(WRITING, 'yes', 'flag', 'no', 'no', 'flag', 'no'),
  'commands.use': row(WRITING, 'yes', 'flag', 'no', 'no', 'flag', 'no'),
  'vault.use': row(WRITING, 'yes', 'flag', 'no', 'no', 'flag', 'no'),
  'scheduler.use': row(WRITING, 'yes', 'flag', 'no', 'no', 'flag', 'no'),
  'monitoring.use': row(READING, 'yes', 'flag', 'no', 'no', 'flag', 'no'),
  'uploads.use': row(WRITING, 'yes', 'flag', 'no', 'no', 'flag', 'no'),
  'audit.read': row(READING, 'yes', 'flag', 'own', 'no', 'flag', 'no'),
  'clients.read': row([...READING, 'clients-auth'], 'yes', 'yes', 'yes', 'no', 'flag', 'no'),
  'pairing.approve': row(PERSON_ONLY, 'yes', 'yes', 'own', 'no', 'no', 'no'),
  'certificate.issue': row(PERSON_ONLY, 'yes', 'own', 'own', 'no', 'no', 'no'),
  'certificate.revoke': row(PERSON_ONLY, 'yes', 'own', 'own', 'no', 'no', 'no'),
  'account.manage': row(PERSON_ONLY, 'own', 'own', 'own', 'no', 'no', 'no'),
  'people.read': row(READING, 'yes', 'no', 'no', 'no', 'no', 'no'),
  'people.manage': row(WRITING, 'fresh', 'no', 'no', 'no', 'no', 'no'),
  'groups.manage': row(WRITING, 'fresh', 'no', 'no', 'no', 'no', 'no'),
  'settings.manage': row(PERSON_ONLY, 'fresh', 'no', 'no', 'no', 'no', 'no'),
  'ca.export': row(PERSON_ONLY, 'present', 'no', 'no', 'no', 'no', 'no'),
} satisfies Readonly<Record<string, Row>>;

export type Action = keyof typeof TABLE;
export const ACTIONS = Object.keys(TABLE) as readonly Action[];

/** The one decision about rights. Pure: everything that counts is in its arguments. */
export function may(who: Who, action: Action, what: What, moment: Moment): Decision {
  // Whoever runs a command on the box owns it.
  if (who.kind === 'console') return { isAllowed: true };
  const { rules, scopes }: Row = TABLE[action];
  const rule = rules[columnOf(who)];
  if (rule === 'yes' && who.kind === 'anonymous') return { isAllowed: true };
  if (who.scope !== undefined && !scopes.includes(who.scope)) return no('scope');
  // A service has no hands: without a token it is nobody.
  if (who.kind === 'service' && who.scope === undefined) return no('scope');
  return judge(rule, who, action, what, moment);
}

function judge(
  rule: Rule,
  who: Who,
  action: Action,
  what: What,
  { nowMs, isSomebodyPresent }: Moment,
): Decision {
  switch (rule) {
    case 'yes':
      return { isAllowed: true };
    case 'no':
      return no(who.kind === 'anonymous' ? 'sign_in' : 'role');
    case 'public':
      return what.isPublic === true ? { isAllowed: true } : no('sign_in');
    case 'channel': {
      const own = action === 'cot.send' ? who.channelsIn : who.channelsOut;
      return allowIf(what.channel !== undefined && own.includes(what.channel), 'channel');
    }
    case 'grant':
      return allowIf(
        (what.isPublic === true && action.endsWith('.read')) || hasGrant(who.grants, action, what.target),
        'grant',
      );
    case 'flag':
      return allowIf(who.flags.includes(flagOf(action)), 'flag');
    case 'own':
      return allowIf(what.ownerId !== undefined && what.ownerId === who.id, 'owner');
    case 'fresh':
      return allowIf(isFresh(who, nowMs), 'step_up');
    case 'present':
      if (!isFresh(who, nowMs)) return no('step_up');
      return allowIf(isSomebodyPresent, 'presence');
  }
}

/** Whether a personal token is good for a request, as RPort has it: by method and path. */
export function isScopeGood(scope: TokenScope, method: string, path: string): boolean {
  switch (scope) {
    case 'read':
      return (method === 'GET' || method === 'HEAD') && !path.includes('/ws');
    case 'read+write':
      return true;
    case 'clients-auth':
      return path.includes('clients-auth');
    case 'cot':
    case 'cot:read':
    case 'cot:write':
      return false;
  }
}

function columnOf({ kind, role }: Who): Column {
  switch (kind) {
    case 'user':
    case 'device':
      return role;
    case 'service':
      return 'service';
    // A screen looks on, whatever role somebody gave it.
    case 'display':
      return 'viewer';
    default:
      return 'anybody';
  }
}

/** `modify` holds the other two; who may `write` (put something in) may not read what others put in. */
function hasGrant(grants: readonly Grant[], action: Action, target: GrantTarget | undefined): boolean {
  if (target === undefined) return false;
  const [kind, wanted] = action.split('.') as [GrantTarget['kind'], GrantAction];
  return grants.some(
    (grant) =>
      target.kind === kind &&
      grant.target.kind === kind &&
      grant.target.id === target.id &&
      (grant.action === wanted || grant.action === 'modify'),
  );
}

function flagOf(action: Action): GroupFlag {
  if (action === 'audit.read') return 'auditlog';
  if (action === 'clients.read') return 'monitoring';
  return action.split('.')[0] as GroupFlag;
}

function isFresh({ scope, authenticatedMs }: Who, nowMs: number): boolean {
  // An API token with this scope was made for it by the person, after a sign-in.
  if (scope !== undefined) return true;
  if (authenticatedMs === undefined) return false;
  const ageMs = nowMs - authenticatedMs;
  // A clock that was set back must not make an old sign-in young for ever.
  return ageMs >= 0 && ageMs <= STEP_UP_MS;
}

function allowIf(isAllowed: boolean, because: Extract<Decision, { isAllowed: false }>['because']): Decision {
  return isAllowed ? { isAllowed: true } : no(because);
}

function no(because: Extract<Decision, { isAllowed: false }>['because']): Decision {
  return { isAllowed: false, because };
}
