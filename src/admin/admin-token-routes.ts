import { z } from 'zod'
import { codes } from '../codes.ts'
import { adminRoles } from '../store/admin-roles.ts'
import { actorOf } from './caller.ts'
import type { AdminHost } from './host.ts'
import { json, problemWith } from './reply.ts'
import { changes, type Route, reads } from './route.ts'
import { endTime } from './time-span.ts'

const created = z.strictObject({ name: z.string(), role: z.enum(adminRoles), expires: endTime.optional() })
const revoked = z.strictObject({ id: z.string().max(100) })

/** Lists, issues and ends admin tokens. */
export const adminTokenRoutes: readonly Route<AdminHost>[] = [
  reads<AdminHost>('/admin-tokens', 'admin-tokens', (host) =>
    json(200, { adminTokens: host.store.adminTokens.list() }),
  ),
  changes('/admin-tokens', 'admin-tokens', created, (host, asked, caller) =>
    json(201, host.store.adminTokens.create(actorOf(caller), asked)),
  ),
  changes('/admin-tokens/revoke', 'admin-tokens', revoked, (host, { id }, caller) =>
    host.store.adminTokens.revoke(actorOf(caller), id)
      ? json(200, { revoked: id })
      : problemWith(codes.ADMIN_NOT_FOUND),
  ),
]
