import { z } from 'zod'

/** A time with its unit: `250ms`, `10s`, `5m`, `1h`, `30d`. */
export type DurationText = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const form = /^([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h|d)$/
/** Longest time: what a timer of Node can hold (2^31 - 1 ms, some 24 days) is a trap beyond it. */
const longest = 2 ** 31 - 1

/** Milliseconds of a time, or null when it has no such form. */
export function parseDuration(text: string): number | null {
  const match = form.exec(text)
  return match === null ? null : Math.round(Number(match[1]) * units[match[2]!]!)
}

const jsonSchema = { type: 'string', pattern: form.source, unit: 'time' }

function parse(value: unknown, context: z.core.ParsePayload): number {
  const refuse = (message: string): never => {
    context.issues.push({ code: 'custom', message, input: value })
    return z.NEVER
  }
  if (typeof value === 'number') {
    return refuse(`a time needs a unit\nWrite \`${value}s\` for seconds, \`${value}ms\` for milliseconds.`)
  }
  if (typeof value !== 'string')
    return refuse('expected a time\nWrite a number and a unit: `250ms`, `10s`, `5m`, `1h`.')
  const parsed = parseDuration(value)
  if (parsed === null)
    return refuse(`\`${value}\` is no time\nWrite a number and a unit: \`250ms\`, \`10s\`, \`5m\`, \`1h\`.`)
  if (parsed > longest) return refuse('the time is too long\nWrite at most `24d`.')
  return parsed
}

/** A time of at least one millisecond. Output in milliseconds. */
export function duration(meaning: string): z.ZodType<number, DurationText> {
  return z
    .custom<DurationText>()
    .meta(jsonSchema)
    .transform((value, context) => {
      const parsed = parse(value, context)
      if (parsed === 0)
        context.issues.push({
          code: 'custom',
          message: 'the time is zero\nWrite at least `1ms`.',
          input: value,
        })
      return parsed
    })
    .meta({ description: meaning })
}

/** A time, where `0` means that there is no limit. Output in milliseconds. */
export function optionalDuration(meaning: string): z.ZodType<number, DurationText | 0> {
  return z
    .custom<DurationText | 0>()
    .meta({ anyOf: [{ type: 'string', pattern: form.source }, { const: 0 }], unit: 'time or `0` (no limit)' })
    .transform((value, context) => (value === 0 || (value as unknown) === '0' ? 0 : parse(value, context)))
    .meta({ description: meaning })
}
