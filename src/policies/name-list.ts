import { z } from 'zod'

/**
 * A list of names that is never empty: read as "nothing is asked for" an empty list opens, read as "nobody" it locks
 * out.
 */
export function atLeastOne(name: z.ZodType<string, string>, what: string): z.ZodType<readonly string[]> {
  return z
    .array(name)
    .min(1, `the list is empty\nWrite at least one ${what}, or leave the requirement out.`)
    .max(100)
}
