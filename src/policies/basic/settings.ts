import { z } from 'zod'
import { optionalDuration } from '../../config/schema/duration.ts'
import { parsePasswordHash } from '../../engines/passwords/password-hash.ts'
import { realm } from '../realm.ts'

/** Settings of a `basic` identity. */
export interface BasicSettings {
  /** Accounts by the name that callers log in with. */
  readonly users: Readonly<Record<string, User>>
  /** Protection space that browsers show. Default `api`. */
  readonly realm: string
  /** How long a proven password is remembered, in milliseconds. Default 5 minutes; 0 asks each time. */
  readonly remember: number
}

export interface User {
  /** argon2id hash of the password, as `sallyport hash-password` prints it. */
  readonly password: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
}

const names = (meaning: string): z.ZodType<readonly string[], readonly string[] | undefined> =>
  z
    .array(z.string().regex(/^[\x21-\x7e]{1,200}$/, 'not a name\nWrite visible ASCII without spaces.'))
    .default([])
    .describe(meaning)

const user: z.ZodType<User> = z.strictObject({
  password: z
    .string()
    .superRefine((text, context) => {
      const hash = parsePasswordHash(text)
      // The text is not repeated: somebody may have written the password itself.
      if (typeof hash === 'string')
        context.addIssue({
          code: 'custom',
          message: `${hash}\nWrite what \`sallyport hash-password\` prints, best as \`\${file:PATH}\`.`,
        })
    })
    .describe('argon2id hash of the password, from `sallyport hash-password`.'),
  scopes: names('Scopes of the caller.'),
  roles: names('Roles of the caller.'),
})

export const settings: z.ZodType<BasicSettings> = z.strictObject({
  users: z
    .record(
      z.string().regex(/^[^\p{C}:]{1,100}$/u, 'not a name\nWrite up to 100 characters without `:`.'),
      user,
    )
    .refine((users) => Object.keys(users).length > 0, 'nobody could log in\nWrite at least one user.')
    .describe('Accounts by name.'),
  realm,
  remember: optionalDuration(
    'How long a proven password is remembered, so that it is not derived for each request; 0 derives each time.',
  ).prefault('5m'),
})
