import { randomCode } from '../core/ids.ts';
import { isSameText, type TokenKeys } from './token-keys.ts';

const DEVICE_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** 80 bits: a device's name among all devices. */
const DEVICE_CHARS = 16;

/**
 * Browsers in which a user has signed in before (OWASP's device cookie). Failures there are counted apart, so
 * that strangers who try the user's name cannot make him wait. It opens nothing.
 */
export interface DeviceCookies {
  /** A cookie for the user in this browser; the known one stays the same device. */
  issue(userKey: string, known?: string): string;
  /** The device's name for counters; undefined when the cookie is not ours or another user's. */
  deviceOf(cookie: string | undefined, userKey: string): string | undefined;
}

export function createDeviceCookies(keys: TokenKeys): DeviceCookies {
  const cookieOf = (device: string, userKey: string) =>
    `${device}.${keys.macOf('device-cookie', JSON.stringify([device, userKey])).toString('base64url')}`;

  function deviceOf(cookie: string | undefined, userKey: string): string | undefined {
    const [device = ''] = cookie?.split('.') ?? [];
    if (cookie === undefined || device.length !== DEVICE_CHARS) return undefined;
    return isSameText(cookie, cookieOf(device, userKey)) ? device : undefined;
  }

  return {
    issue: (userKey, known) =>
      cookieOf(deviceOf(known, userKey) ?? randomCode(DEVICE_CHARS, DEVICE_ALPHABET), userKey),
    deviceOf,
  };
}
