import { newId } from '../core/ids.ts';
import { MANIFEST_PATH, manifestXml } from './manifest.ts';
import { APP_PREFERENCES, channelPreferences, flag, preferencesXml } from './preferences.ts';
import { serverHost } from './server-host.ts';
import { makeZip } from './zip.ts';

const PREFERENCES_PATH = 'prefs/enable-channels.pref';

/**
 * The reply to `GET /Marti/api/tls/profile/enrollment`: a package that ATAK imports and deletes, after which
 * its Channels tool is there. It holds nothing personal and nothing secret.
 *
 * @param host as in the client's connect string; the `Host` of its request is that
 * @throws BivouacError `package.host_invalid`
 */
export function makeEnrolmentProfile(order: {
  readonly serverName: string;
  readonly host: string;
}): Promise<Buffer> {
  const host = serverHost(order.host);
  return makeZip([
    {
      path: MANIFEST_PATH,
      content: manifestXml({
        uid: newId(),
        name: `${order.serverName}: channels`,
        isImportedOnReceive: true,
        isDeletedOnReceive: true,
        contents: [{ zipEntry: PREFERENCES_PATH }],
      }),
    },
    {
      path: PREFERENCES_PATH,
      content: preferencesXml([
        {
          name: APP_PREFERENCES,
          entries: [flag('deviceProfileEnableOnConnect', true), ...channelPreferences(host.withPort)],
        },
      ]),
    },
  ]);
}
