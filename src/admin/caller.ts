import type { AdminRole } from '../store/admin-roles.ts'
import type { Actor } from '../store/change.ts'

/** Who asks the admin API, proven. */
export interface AdminCaller {
  /** `admin token ci`, or `staff/ada` for a caller of an identity. The audit log names it so. */
  readonly name: string
  readonly role: AdminRole
  /** Address of the socket; a header is written by whoever sends it (T54). */
  readonly address: string
}

/** The caller as the audit log names it. */
export function actorOf({ name, address }: AdminCaller): Actor {
  return { name, from: address }
}
