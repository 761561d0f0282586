import { z } from 'zod'

/** The protection space that a challenge names (RFC 9110 §11.5), in characters that need no escape between quotes. */
export const realm: z.ZodDefault<z.ZodType<string, string>> = z
  .string()
  .max(100)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9 ._:/-]*$/,
    'not a realm\nWrite letters, digits, spaces and `.`, `_`, `:`, `/`, `-`.',
  )
  .describe('Realm named in `WWW-Authenticate`. Clients see it: name nothing of the inside.')
  .default('api')
