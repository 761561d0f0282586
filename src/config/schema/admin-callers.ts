import { z } from 'zod'
import { type AdminRole, adminRoles } from '../../store/admin-roles.ts'
import { name } from './values.ts'

/** One entry of `admin.callers` as written: one of `callers`, `roles` and `scopes`. */
export interface AdminCallerInput {
  identity: string
  role: AdminRole
  callers?: readonly string[] | undefined
  roles?: readonly string[] | undefined
  scopes?: readonly string[] | undefined
}

const list = (meaning: string): z.ZodType<readonly string[], readonly string[]> =>
  z.array(z.string().min(1).max(256)).min(1).max(1000).meta({ description: meaning })

/** Who administers the gateway beside the holders of admin tokens. */
export const adminCallers: z.ZodType<readonly AdminCallerInput[], readonly AdminCallerInput[]> = z
  .array(
    z.strictObject({
      identity: name.meta({ description: 'Identity that proves the caller.' }),
      role: z.enum(adminRoles).meta({ description: 'What the caller may do; see docs/admin.md.' }),
      callers: list('Callers with one of these ids.').optional(),
      roles: list('Callers with one of these roles.').optional(),
      scopes: list('Callers with one of these scopes.').optional(),
    }),
  )
  .max(100)
  .meta({
    description: 'Callers of an identity that may use the admin API; the first rule that fits decides.',
    fallback: '[]',
  })
