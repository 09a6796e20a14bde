import type { Actor } from '../../../auth/ports.ts';
import { BivouacError } from '../../../core/errors.ts';
import { type JsonObject, systemUsersOf, textIn } from './json-body.ts';
import type { NewSystemUser, SystemUsers, SystemUserView } from './system-users.ts';
import { DEVICE_TYPES, type DeviceType } from './user-packages.ts';

/** What FreeTAKServer's callers order about system users, over REST and over Socket.IO: lists of them, in JSON. */
export interface SystemUserOrders {
  list(): Promise<readonly SystemUserView[]>;
  /** Each for itself: one that fails keeps no other from being made. */
  add(
    body: JsonObject,
    host: string,
    by: Actor,
  ): Promise<{ readonly asked: number; readonly failed: readonly string[] }>;
  /** @throws BivouacError for the first that fails */
  change(body: JsonObject, by: Actor): Promise<void>;
  /** @throws BivouacError for the first that fails */
  remove(body: JsonObject, by: Actor): Promise<void>;
}

export function createSystemUserOrders(systemUsers: SystemUsers): SystemUserOrders {
  return {
    list: systemUsers.list,
    async add(body, host, by) {
      const orders = systemUsersOf(body) ?? [];
      const failed: string[] = [];
      for (const order of orders) {
        try {
          await systemUsers.add(newUserOf(order), host, by);
        } catch (error) {
          if (!(error instanceof BivouacError) || error.status >= 500) throw error;
          const name = textIn(order, 'Name');
          failed.push(
            name === undefined
              ? 'operation failed for user. missing name parameter.'
              : `operation failed for user ${name}`,
          );
        }
      }
      return { asked: orders.length, failed };
    },
    async change(body, by) {
      for (const order of ordersOf(body)) await systemUsers.change(uidOf(order), changeOf(order), by);
    },
    async remove(body, by) {
      for (const order of ordersOf(body)) await systemUsers.remove(uidOf(order), by);
    },
  };
}

function ordersOf(body: JsonObject): readonly JsonObject[] {
  const orders = systemUsersOf(body) ?? [];
  if (orders.length === 0) throw new BivouacError('request.invalid');
  return orders;
}

/** @throws BivouacError `request.invalid` for what is no system user */
function newUserOf(order: JsonObject): NewSystemUser {
  const [name, group, token, password] = ['Name', 'Group', 'Token', 'Password'].map((field) =>
    textIn(order, field),
  );
  const device = textIn(order, 'DeviceType')?.toLowerCase() ?? '';
  const certs = order['Certs'];
  const isWhole = [name, group, token, password].every((text) => text !== undefined && text !== '');
  if (!isWhole || !(device in DEVICE_TYPES) || !['true', 'false', true, false].includes(certs as string)) {
    throw new BivouacError('request.invalid');
  }
  return {
    name: name ?? '',
    group: group ?? '',
    token: token ?? '',
    password: password ?? '',
    device: device as DeviceType,
    wantsCertificate: certs === 'true' || certs === true,
  };
}

function uidOf(order: JsonObject): string {
  return textIn(order, 'uid') ?? '';
}

function changeOf(order: JsonObject) {
  const fields = { token: 'Token', password: 'Password', group: 'Group' };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, field]) => {
      const value = textIn(order, field);
      // What lists show in the place of a secret changes nothing.
      return value === undefined || value === '' ? [] : [[key, value]];
    }),
  );
}
