import { z } from 'zod'
import { headerName } from '../header-fields.ts'

/** Settings of `csrf`. */
export interface CsrfSettings {
  /** Origins besides the own whose pages may act for their visitors, as browsers send them. */
  readonly origins: readonly string[]
  /** Header that carries the token. */
  readonly header: string
}

/** Whether this is an origin in the one form in which browsers send it (RFC 6454 §6.2). In clear text, anybody is. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && url.protocol === 'https:' && url.origin === text && !text.includes('*')
}

/** Schema of the settings. */
export const settings: z.ZodType<CsrfSettings> = z.strictObject({
  origins: z
    .array(
      z.string().max(300).refine(isOrigin, {
        error:
          'not an origin as browsers send it\nWrite `https`, host and any unusual port, in lower case, without a path: `https://app.example.com`.',
      }),
    )
    .max(100)
    .default([])
    .describe('Origins besides the own whose pages may act for their visitors: `https://app.example.com`.'),
  header: headerName
    .default('X-CSRF-Token')
    .describe('Header that carries the token of a browser which says nothing of where a request comes from.'),
})
