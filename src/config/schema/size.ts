import { z } from 'zod'

/** A size with its unit: `512B`, `8KB`, `10MB`, `1GB`. */
export type SizeText = `${number}${'B' | 'KB' | 'MB' | 'GB'}`

/** Powers of 1024: `10MB` is 10 · 1024 · 1024 bytes. */
const units: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }
const form = /^([0-9]{1,9}(?:\.[0-9]{1,3})?)(B|KB|MB|GB)$/

/** Bytes of a size, or null when it has no such form. */
export function parseSize(text: string): number | null {
  const match = form.exec(text)
  return match === null ? null : Math.round(Number(match[1]) * units[match[2]!]!)
}

/** A size between `least` and `most` bytes. Output in bytes. */
export function size(meaning: string, least: number, most: number): z.ZodType<number, SizeText> {
  return z
    .custom<SizeText>()
    .meta({ type: 'string', pattern: form.source, unit: 'size' })
    .transform((written, context) => {
      const value: unknown = written
      const refuse = (message: string): never => {
        context.issues.push({ code: 'custom', message, input: value })
        return z.NEVER
      }
      if (typeof value === 'number')
        return refuse(`a size needs a unit\nWrite \`${value}B\`, \`${value}KB\` or \`${value}MB\`.`)
      const parsed = typeof value === 'string' ? parseSize(value) : null
      if (parsed === null)
        return refuse('expected a size\nWrite a number and a unit: `512B`, `8KB`, `10MB`, `1GB`.')
      if (parsed < least || parsed > most) {
        return refuse(
          `the size is out of range\nWrite between \`${sizeText(least)}\` and \`${sizeText(most)}\`.`,
        )
      }
      return parsed
    })
    .meta({ description: meaning })
}

/** A size for people, in the largest unit that divides it. */
export function sizeText(bytes: number): string {
  for (const unit of ['GB', 'MB', 'KB']) {
    const one = units[unit]!
    if (bytes >= one && bytes % one === 0) return `${bytes / one}${unit}`
  }
  return `${bytes}B`
}
