import type { AppDeps } from '../app-deps.ts';
import type { Router } from '../router.ts';

/** For systemd, monitoring and curl: only the loopback and the control socket reach these. */
const OPS = { on: ['ops', 'control'], who: 'public' } as const;

export function registerOpsRoutes(router: Router, { health, metrics }: Pick<AppDeps, 'health' | 'metrics'>) {
  router.route(OPS, 'GET', '/healthz', (c) => {
    const warnings = health.list();
    const isWell = warnings.every(({ severity }) => severity !== 'bad');
    return c.json({ status: isWell ? 'ok' : 'failing', warnings }, isWell ? 200 : 503);
  });

  router.route(OPS, 'GET', '/metrics', (c) =>
    c.body(metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
}
