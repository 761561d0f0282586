/** What an administrator may do; `src/admin/permissions.ts` says what each comes to. */
export const adminRoles = ['viewer', 'operator', 'key-manager', 'admin'] as const

/** One of the roles. */
export type AdminRole = (typeof adminRoles)[number]
