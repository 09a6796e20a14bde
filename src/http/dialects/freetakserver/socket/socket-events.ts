import type { ApiCalls } from '../../../../auth/account-ports.ts';
import { type Action, may, type Who } from '../../../../auth/permissions.ts';
import { BivouacError } from '../../../../core/errors.ts';
import type { AppDeps } from '../../../app-deps.ts';
import { dumped } from '../answers.ts';
import { connectedUsers } from '../connected-users.ts';
import { isObject, type JsonObject } from '../json-body.ts';
import { SERVICES, serviceStatus } from '../service-status.ts';
import type { SystemUserOrders } from '../system-user-orders.ts';
import { currentEvents } from './current-events.ts';
import type { UserCaller } from './socket-login.ts';

export interface Asker {
  readonly who: Who;
  /** Undefined for whoever came in by the shared key. */
  readonly caller: UserCaller | undefined;
  readonly remote: string;
  /** Name or address for packages that are made for him. */
  readonly host: string;
}

/** What is told about an event: FreeTAKServer names it in another event, or in the acknowledgement of a failure. */
export type SocketAnswer =
  | { readonly event: string; readonly data: unknown }
  | { readonly failure: readonly [text: string, status: number] }
  | undefined;

export interface SocketEventsDeps
  extends Pick<AppDeps, 'kit' | 'health' | 'diagnosis' | 'machineLoad' | 'clock'> {
  readonly orders: SystemUserOrders;
  readonly apiCalls: Pick<ApiCalls, 'note'>;
}

/** Answers one event of somebody who is authenticated; undefined when FreeTAKServer answers nothing. */
export type SocketEvents = (name: string, argument: unknown, asker: Asker) => Promise<SocketAnswer>;

interface Handler {
  /** What its asker must be allowed to do. */
  readonly action: Action;
  readonly answer: (asker: Asker, argument: unknown) => SocketAnswer | Promise<SocketAnswer>;
}

/** A day of incidents is not for one message. */
const LOG_LINES_MAX = 200;

export function createSocketEvents(deps: SocketEventsDeps): SocketEvents {
  const { kit, diagnosis, machineLoad, orders, clock } = deps;

  const serviceInfo = (): SocketAnswer => {
    const services = SERVICES.map((service) => {
      const { isOn, port } = serviceStatus(kit, service);
      return [service.inEvents, { status: isOn ? 'on' : 'off', port }];
    });
    const { ip } = serviceStatus(kit, SERVICES[1]);
    return told('serviceInfoUpdate', { services: Object.fromEntries(services), ip });
  };

  const systemUsers = async (): Promise<SocketAnswer> =>
    told('systemUsersUpdate', { SystemUsers: await orders.list() });

  const handlers: Readonly<Record<string, Handler>> = {
    users: {
      action: 'clients.read',
      answer: ({ who }) => told('userUpdate', { Users: connectedUsers(kit, who) }),
    },
    // What went wrong, as far as the kit keeps it: devices that could not get on. Their addresses are in it.
    logs: { action: 'people.read', answer: (_, since) => told('logUpdate', { log_data: logLines(since) }) },
    serviceInfo: { action: 'kit.read', answer: serviceInfo },
    // Listeners are opened and closed by the configuration alone: the answer is how they are.
    changeServiceInfo: { action: 'kit.read', answer: serviceInfo },
    serverHealth: {
      action: 'kit.read',
      async answer() {
        const { cpu, memory, disk } = await machineLoad();
        return told('serverHealthUpdate', { CPU: cpu, memory, disk });
      },
    },
    systemStatus: {
      action: 'kit.read',
      answer: () =>
        told(
          'systemStatusUpdate',
          Object.fromEntries(
            SERVICES.map((service) => [service.inRest, serviceStatus(kit, service).isOn ? 'start' : 'stop']),
          ),
        ),
    },
    systemUsers: { action: 'people.read', answer: systemUsers },
    systemUser: { action: 'people.read', answer: systemUsers },
    events: {
      action: 'kit.read',
      answer: ({ who }) => ({ event: 'eventsUpdate', data: { events: currentEvents(deps, who) } }),
    },
    addSystemUser: {
      action: 'people.manage',
      answer: (asker, argument) =>
        changed(async () => {
          const { failed, asked } = await orders.add(objectIn(argument), asker.host, actorOf(asker));
          if (failed.length > 0 || asked === 0) throw new BivouacError('request.invalid');
        }, 'An error occured attempting to add user(s) to the system.'),
    },
    updateSystemUser: {
      action: 'people.manage',
      answer: (asker, argument) =>
        changed(
          () => orders.change(objectIn(argument), actorOf(asker)),
          'An error occured attempting to update user.',
        ),
    },
    removeSystemUser: {
      action: 'people.manage',
      answer: (asker, argument) =>
        changed(
          () => orders.remove(objectIn(argument), actorOf(asker)),
          'An error occured attempting to remove the user(s).',
        ),
    },
  };

  function logLines(since: unknown): object[] {
    const sinceMs = sinceOf(since);
    return diagnosis
      .recent()
      .filter(({ lastAtMs }) => lastAtMs > sinceMs)
      .slice(0, LOG_LINES_MAX)
      .map(({ lastAtMs, code, text }) => ({
        time: logTime(lastAtMs),
        type: 'WARNING',
        file: code,
        message: text,
      }));
  }

  return async (name, argument, asker) => {
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (handler === undefined) return undefined;
    const moment = { nowMs: clock.now(), isSomebodyPresent: false };
    if (!may(asker.who, handler.action, {}, moment).isAllowed) return { failure: ['Forbidden', 403] };
    if (handler.action === 'people.manage') note(name, argument, asker);
    return handler.answer(asker, argument);
  };

  /** As on REST: what system users do is kept. Looking on is not: programs ask for the load each few seconds. */
  function note(name: string, argument: unknown, { caller, remote }: Asker): void {
    if (caller?.user.kind !== 'user') return;
    deps.apiCalls.note({
      principalId: caller.user.id,
      username: caller.user.name,
      method: 'EVENT',
      endpoint: `/socket.io/${name}`,
      content: typeof argument === 'string' ? argument : JSON.stringify(argument ?? ''),
      remote,
    });
  }
}

function told(event: string, data: unknown): SocketAnswer {
  return { event, data: dumped(data) };
}

/** Success is not acknowledged with anything. */
async function changed(work: () => Promise<void>, failure: string): Promise<SocketAnswer> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof BivouacError && error.status < 500) return { failure: [failure, 500] };
    throw error;
  }
}

function actorOf({ caller }: Asker) {
  if (caller === undefined) throw new BivouacError('auth.forbidden');
  return caller.actor;
}

/** Arguments are JSON in a string; a client that sends the object itself is understood. */
export function objectIn(argument: unknown): JsonObject {
  let value = argument;
  try {
    if (typeof argument === 'string') value = JSON.parse(argument);
  } catch {
    // Refused below.
  }
  if (!isObject(value)) throw new BivouacError('request.invalid');
  return value;
}

/** `{"time": "2026-11-22 04:28:26,562"}`; without it everything is new. */
function sinceOf(argument: unknown): number {
  try {
    const { time } = objectIn(argument);
    const ms =
      typeof time === 'string' ? Date.parse(`${time.replace(' ', 'T').replace(',', '.')}Z`) : Number.NaN;
    return Number.isNaN(ms) ? 0 : ms;
  } catch {
    return 0;
  }
}

/** As Python's logging writes it. */
function logTime(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('.', ',').replace('Z', '');
}
