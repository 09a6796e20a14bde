import { formatAddress } from '../../core/address.ts';
import type { Access } from '../access.ts';
import type { AppContext } from '../env.ts';
import type { Router } from '../router.ts';

/** Only the plain portal: nobody probes the Internet over our TLS ports. */
const PROBED: Access = { on: ['portal'], who: 'public' };

/**
 * What devices fetch after they have joined a Wi-Fi, to see whether it leads to the Internet. An answer other
 * than the expected one makes them open a page: ours says how to go on.
 */
const PROBES: readonly (readonly [path: string, who: string])[] = [
  ['/generate_204', 'Android, ChromeOS'],
  ['/gen_204', 'Android'],
  ['/hotspot-detect.html', 'iOS, macOS'],
  ['/library/test/success.html', 'older iOS'],
  ['/connecttest.txt', 'Windows 10 and 11'],
  ['/ncsi.txt', 'older Windows'],
  ['/redirect', 'Windows, when it opens the page'],
  ['/success.txt', 'Firefox'],
  ['/canonical.html', 'Firefox'],
  ['/check_network_status.txt', 'GNOME'],
  ['/nm', 'Debian'],
  ['/kindle-wifi/wifistub.html', 'Kindle, Fire'],
];

export function registerCaptiveRoutes(router: Router) {
  for (const [path] of PROBES) {
    router.route(PROBED, 'GET', path, (c) => c.redirect(landingUrl(c), 302));
  }
}

/** By address: the name that was probed is somebody else's, and ours may not resolve yet. */
function landingUrl(c: AppContext): string {
  const { localAddress, localPort } = c.env.peer;
  // Behind the redirect of port 80 the device knows nothing of our port; named explicitly, it reaches us there.
  const isRedirected = new URL(c.req.url).port === '';
  const host = isRedirected
    ? formatAddress(localAddress, 80).replace(/:80$/, '')
    : formatAddress(localAddress, localPort);
  return `http://${host}/`;
}
