import type { AdminRole } from '../store/admin-roles.ts'

/** What a route may ask for. */
export type Permission =
  /** Status, metrics, explanations, undeclared requests. */
  | 'view'
  | 'reload'
  | 'keys.list'
  | 'keys.change'
  | 'revocations.list'
  /** Revoke single tokens by their id. */
  | 'tokens.revoke'
  /** Revoke whatever can be revoked, and take it back. */
  | 'revocations.change'
  | 'grants.list'
  /** Give roles to callers for a time, and end them. */
  | 'grants.change'
  | 'admin-tokens'
  | 'audit'

/** What each role may do. */
export const permissionsOf: Readonly<Record<AdminRole, readonly Permission[]>> = {
  viewer: ['view', 'keys.list', 'revocations.list', 'grants.list'],
  operator: [
    'view',
    'keys.list',
    'revocations.list',
    'reload',
    'tokens.revoke',
    'revocations.change',
    'grants.list',
  ],
  'key-manager': ['keys.list', 'keys.change', 'revocations.list', 'tokens.revoke'],
  admin: [
    'view',
    'reload',
    'keys.list',
    'keys.change',
    'revocations.list',
    'tokens.revoke',
    'revocations.change',
    'grants.list',
    'grants.change',
    'admin-tokens',
    'audit',
  ],
}

/** Whether a role may do this. */
export function may(role: AdminRole, permission: Permission): boolean {
  return permissionsOf[role].includes(permission)
}
