import { type Access, ALL_ROLES, SIGNED_IN_LISTENERS } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { channelsOf } from '../caller-channels.ts';
import { userOf } from '../env.ts';
import { contactRow, endPointRow, visibleClients } from '../marti/client-rows.ts';
import { envelope } from '../marti/envelope.ts';
import { groupRows } from '../marti/group-rows.ts';
import type { Router } from '../router.ts';

/** By certificate from phones; by password from scripts, and on plain HTTP where that is switched on. */
const MARTI: Access = { on: SIGNED_IN_LISTENERS, who: ALL_ROLES, challengesBasic: true };

/** What clients ask when their stream comes up, or soon after. */
export function registerMartiConnectRoutes(
  router: Router,
  { kit, groups, clock, nodeId }: Pick<AppDeps, 'kit' | 'groups' | 'clock' | 'nodeId'>,
) {
  router.route(MARTI, 'GET', '/Marti/api/clientEndPoints', (c) => {
    const rows = visibleClients(kit.clients(), channelsOf(userOf(c))).map((client) =>
      endPointRow(client, clock.now()),
    );
    return c.json(envelope('com.bbn.marti.remote.ClientEndpoint', rows, nodeId()));
  });

  router.route(MARTI, 'GET', '/Marti/api/contacts/all', (c) =>
    c.json(visibleClients(kit.clients(), channelsOf(userOf(c))).map(contactRow)),
  );

  router.route(MARTI, 'GET', '/Marti/api/groups/all', async (c) => {
    // With `useCache` a client gets what it may send into and receive from, else the latter only.
    const isWhole = c.req.query('useCache') === 'true';
    const rows = groupRows(await groups.list(), channelsOf(userOf(c)), isWhole ? ['IN', 'OUT'] : ['OUT']);
    return c.json(envelope('com.bbn.marti.remote.groups.Group', rows, nodeId()));
  });

  // False: a channel cannot be switched off from the client yet, and clients then offer no switch.
  router.route(MARTI, 'GET', '/Marti/api/groups/groupCacheEnabled', (c) =>
    c.json(envelope('java.lang.Boolean', false, nodeId())),
  );

  // 204 means that there is nothing to import; anything else but a zip is shown as an error.
  router.route(MARTI, 'GET', '/Marti/api/device/profile/connection', (c) => c.body(null, 204));
  router.route(MARTI, 'GET', '/Marti/api/device/profile/tool/:tool', (c) => c.body(null, 204));
}
