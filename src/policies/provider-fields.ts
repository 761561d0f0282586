import { z } from 'zod'

// Fields that settings of identity providers have in common.

/** A text that is sent or compared as it stands: visible ASCII, spaces inside. */
export const line: z.ZodString = z
  .string()
  .max(1000)
  .regex(
    /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/,
    'not a text of one line\nWrite visible ASCII characters.',
  )

/** One scope (RFC 6749 §3.3). */
export const scope: z.ZodString = z
  .string()
  .max(200)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'not a scope\nWrite visible ASCII without spaces, `"` and `\\`.')

/** One value, or a list of them. */
export function oneOrMore(one: z.ZodType<string, string>): z.ZodType<string | string[], string | string[]> {
  return z.union([one, z.array(one).max(100)])
}

/** An address of a provider, without credentials in it. */
export const address: z.ZodType<string, string> = z
  .url({ protocol: /^https?$/, error: 'not an address\nWrite one with `https://`.' })
  .max(2048)
  .refine((text) => !URL.canParse(text) || new URL(text).username === '', {
    error: 'an address carries no credentials\nRemove the part before `@`.',
  })

/** An address that secrets go to: in clear they would be seen by the network, which the machine itself does not have. */
export const secretAddress: z.ZodType<string, string> = address.refine(isConfidential, {
  error: 'secrets would go over the network in clear\nWrite an address with `https://`.',
})

/** TLS, or an address of the machine itself. What is no address is said by its schema. */
export function isConfidential(text: string): boolean {
  const url = URL.parse(text)
  return (
    url === null || url.protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  )
}
