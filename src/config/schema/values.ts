import { z } from 'zod'
import { parseNetwork } from '../../engines/networks/network.ts'

/** Name of a listener, service, identity or API: a label in metrics, logs and paths of keys. */
export const name: z.ZodType<string, string> = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'not a name\nWrite up to 64 letters, digits, `.`, `_` and `-`.')

/** Whole number. */
export function count(meaning: string, least: number, most: number): z.ZodType<number, number> {
  return z.int().min(least).max(most).meta({ description: meaning })
}

/** Text of one line. */
export function text(meaning: string): z.ZodType<string, string> {
  return z.string().min(1).max(4096).meta({ description: meaning })
}

/** Yes or no. */
export function flag(meaning: string): z.ZodType<boolean, boolean> {
  return z.boolean().meta({ description: meaning })
}

/** Networks (`10.0.0.0/8`) and single addresses, exactly as `src/engines/networks` reads them. */
export function networks(meaning: string): z.ZodType<readonly string[], readonly string[]> {
  const network = z.string().superRefine((value, context) => {
    const parsed = parseNetwork(value)
    if (parsed.ok) return
    context.addIssue({
      code: 'custom',
      message: `not a network: ${parsed.problem}\nWrite \`10.0.0.0/8\`, \`2001:db8::/32\` or one address.`,
    })
  })
  return z.array(network).max(10_000).meta({ description: meaning, unit: 'list of networks' })
}
