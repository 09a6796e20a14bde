import { createRoute, z } from '@hono/zod-openapi';
import { BivouacError } from '../../core/errors.ts';
import { ADMINISTRATION, ALL_ROLES, POWER } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { callerOf } from '../env.ts';
import type { Router } from '../router.ts';
import { jsonAnswer, jsonBody, nameParam, refusal, timeMs } from './schemas.ts';

/** Longer than any policy allows: the actions judge names and passwords, this only bounds the work. */
const TEXT_MAX = 1_024;
const GROUPS_MAX = 1_000;

const role = z.enum(ALL_ROLES);
const groups = z.array(z.string().max(TEXT_MAX)).max(GROUPS_MAX);
const password = z.string().max(TEXT_MAX);

const person = z
  .object({
    id: z.uuid().describe('Never reused; the name may be'),
    kind: z.enum(['user', 'device', 'display', 'service', 'proxy', 'console']),
    name: z.string(),
    email: z.string().nullable(),
    role,
    state: z.enum(['enabled', 'disabled', 'deleted']),
    hasPassword: z.boolean(),
    isPasswordExpired: z.boolean(),
    createdMs: timeMs,
    groups: z
      .array(z.object({ name: z.string(), direction: z.enum(['IN', 'OUT']) }))
      .readonly()
      .describe('IN: may send into the channel; OUT: may receive from it'),
  })
  .openapi('Person');

const newPerson = z
  .strictObject({
    name: z.string().max(TEXT_MAX),
    password: password.optional().describe('Without one: sign-in by certificate only'),
    groups: groups.optional().describe('Channels, joined in both directions; a missing one is made'),
    role: role.optional().describe('`user` when absent'),
    email: z.string().max(TEXT_MAX).optional(),
  })
  .openapi('NewPerson');

const personChange = z
  .strictObject({
    password: password.optional(),
    groups: groups.optional().describe('All channels from now on'),
    role: role.optional(),
    isEnabled: z.boolean().optional(),
    email: z.string().max(TEXT_MAX).optional().describe('Empty removes it'),
  })
  .openapi('PersonChange');

const tags = ['People'];

const listRoute = createRoute({
  method: 'get',
  path: '/api/people',
  tags,
  summary: 'Everybody who has an account',
  responses: jsonAnswer(z.array(person).readonly(), 'By name'),
});

const addRoute = createRoute({
  method: 'post',
  path: '/api/people',
  tags,
  summary: 'Add a person',
  request: { body: jsonBody(newPerson) },
  responses: {
    201: { description: 'Added', content: { 'application/json': { schema: person } } },
    default: refusal,
  },
});

const oneRoute = createRoute({
  method: 'get',
  path: '/api/people/{name}',
  tags,
  summary: 'One person',
  request: { params: nameParam },
  responses: jsonAnswer(person, 'The person'),
});

const changeRoute = createRoute({
  method: 'patch',
  path: '/api/people/{name}',
  tags,
  summary: 'Change a person',
  description: 'Sessions that the change makes invalid are ended at once.',
  request: { params: nameParam, body: jsonBody(personChange) },
  responses: jsonAnswer(person, 'As it is now'),
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/people/{name}',
  tags,
  summary: 'Delete a person, for good',
  description:
    'Revokes every certificate of the person. Somebody added later under this name is somebody else.',
  request: { params: nameParam },
  responses: { 204: { description: 'Deleted' }, default: refusal },
});

const expireRoute = createRoute({
  method: 'post',
  path: '/api/people/{name}/expire-password',
  tags,
  summary: 'Make the password of a person useless until it is set anew',
  request: { params: nameParam },
  responses: jsonAnswer(person, 'As it is now'),
});

export function registerPeopleRoutes(router: Router, { users }: Pick<AppDeps, 'users'>) {
  router.api(ADMINISTRATION, listRoute, async (c) => c.json(await users.list(), 200));

  router.api(POWER, addRoute, async (c) => {
    const { name, ...rest } = c.req.valid('json');
    return c.json(await users.add({ name, ...defined(rest) }, callerOf(c).actor), 201);
  });

  router.api(ADMINISTRATION, oneRoute, async (c) => {
    const user = await users.byName(c.req.valid('param').name);
    if (user === undefined) throw new BivouacError('user.unknown');
    return c.json(user, 200);
  });

  router.api(POWER, changeRoute, async (c) => {
    const change = defined(c.req.valid('json'));
    return c.json(await users.change(c.req.valid('param').name, change, callerOf(c).actor), 200);
  });

  router.api(POWER, expireRoute, async (c) =>
    c.json(await users.expirePassword(c.req.valid('param').name, callerOf(c).actor), 200),
  );

  router.api(POWER, deleteRoute, async (c) => {
    await users.delete(c.req.valid('param').name, callerOf(c).actor);
    return c.body(null, 204);
  });
}

/** Drops the members that are undefined: zod's optional means "or undefined", our types mean "absent". */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as never;
}
