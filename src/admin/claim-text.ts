/** A claim as it is written: `name=value`, the value JSON or else text. Null where there is no name. */
export function claimOf(text: string): readonly [name: string, value: unknown] | null {
  const equals = text.indexOf('=')
  if (equals < 1) return null
  const value = text.slice(equals + 1)
  try {
    return [text.slice(0, equals), JSON.parse(value)]
  } catch {
    return [text.slice(0, equals), value]
  }
}
