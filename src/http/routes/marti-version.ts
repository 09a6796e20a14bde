import type { Access } from '../access.ts';
import { SIGNED_IN_LISTENERS } from '../access.ts';
import type { AppDeps } from '../app-deps.ts';
import { API_VERSION, envelope } from '../marti/envelope.ts';
import type { Router } from '../router.ts';

/** Clients ask this before they have shown who they are, and it tells no more than a handshake does. */
const VERSION: Access = { on: SIGNED_IN_LISTENERS, who: 'public' };

/** The release of TAK Server whose API is spoken here: clients read numbers from the start of the text. */
const COMPATIBLE_RELEASE = '5.7';

export function registerMartiVersionRoutes(router: Router, { kit, nodeId }: Pick<AppDeps, 'kit' | 'nodeId'>) {
  const version = `${COMPATIBLE_RELEASE}-BIVOUAC-${kit.version}`;

  // Older clients look for the words "TAK Server" in it [ATAK 5.5, where the next call fails].
  router.route(VERSION, 'GET', '/Marti/api/version', (c) => c.text(`TAK Server ${version}`));

  router.route(VERSION, 'GET', '/Marti/api/version/config', (c) => {
    const data = { version, api: API_VERSION, hostname: new URL(c.req.url).hostname };
    return c.json(envelope('ServerConfig', data, nodeId()));
  });

  router.route(VERSION, 'GET', '/Marti/api/version/info', (c) => {
    const [major, minor] = COMPATIBLE_RELEASE.split('.').map(Number);
    return c.json({ major, minor, patch: 0, branch: 'BIVOUAC', variant: kit.version });
  });

  router.route(VERSION, 'GET', '/Marti/api/node/id', (c) => c.text(nodeId()));
}
