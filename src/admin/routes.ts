import { codes } from '../codes.ts'
import { prometheusContentType } from '../observe/prometheus-text.ts'
import { adminTokenRoutes } from './admin-token-routes.ts'
import { actorOf } from './caller.ts'
import { explain } from './explain-route.ts'
import { grantRoutes } from './grant-routes.ts'
import type { AdminHost, OpsHost } from './host.ts'
import { identityKeys, identityKeysPath } from './identity-keys.ts'
import { keyRoutes } from './key-route-table.ts'
import { permissionsOf } from './permissions.ts'
import { json, type Page, type Problem, page, problemWith } from './reply.ts'
import { revocationRoutes } from './revocation-routes.ts'
import { type AdminRequest, pageOf, type Route, reads } from './route.ts'

const text = 'text/plain; charset=utf-8'

/** Routes that an `ops` listener can serve too. */
export const opsRoutes: readonly Route<OpsHost>[] = [
  reads<OpsHost>('/healthz', 'open', () => page(200, text, 'ok\n')),
  reads<OpsHost>('/readyz', 'open', (host) =>
    host.ready() ? page(200, text, 'ready\n') : page(503, text, 'not ready\n'),
  ),
  reads<OpsHost>('/metrics', 'metrics', (host) => page(200, prometheusContentType, host.metrics())),
]

/** The only table: what is not here is not served, and what is here stands behind the guard (T55). */
export const routes: readonly Route<AdminHost>[] = [
  ...opsRoutes,
  reads<AdminHost>(identityKeysPath, 'open', identityKeys),
  reads<AdminHost>('/whoami', 'known', (_host, { caller }) => {
    const { name, role } = caller!
    return json(200, { name, role, permissions: permissionsOf[role] })
  }),
  reads<AdminHost>('/status', 'view', (host) => json(200, host.status())),
  reads<AdminHost>('/undeclared', 'view', (host) => json(200, host.undeclared())),
  reads<AdminHost>('/explain', 'view', explain),
  { method: 'POST', path: '/reload', needs: 'reload', takesBody: false, handle: reload },
  ...keyRoutes,
  ...revocationRoutes,
  ...grantRoutes,
  ...adminTokenRoutes,
  reads<AdminHost>('/audit', 'audit', audit),
]

async function reload(host: AdminHost, { caller }: AdminRequest): Promise<Page | Problem> {
  const outcome = await host.reload(actorOf(caller!))
  if (outcome.ok) return json(200, { generation: outcome.generation })
  return problemWith(codes.RELOAD_REFUSED, { problems: outcome.problems })
}

function audit(host: AdminHost, { parameters }: AdminRequest): Page | Problem {
  const asked = pageOf(parameters)
  if (typeof asked === 'string') return problemWith(codes.ADMIN_REQUEST_INVALID, { detail: asked })
  return json(200, host.store.audit.page(asked.limit, asked.before))
}
