const json = /^(?:application\/json|text\/json|[a-z0-9!#$&^_.-]{1,60}\/[a-z0-9!#$&^_.-]{1,60}\+json)$/
const parameter = /^([a-z0-9!#$&^_.+-]{1,60})=(?:([A-Za-z0-9!#$&^_.+-]{1,100})|"([^"\\]{0,100})")$/

/**
 * Whether a `Content-Type` is one of JSON in UTF-8 (RFC 8259 §8.1, RFC 6839 §3.1). `charset` where it says another
 * charset, or says it in a form that readers could take differently; `other` for all else.
 */
export function jsonMediaType(value: string | undefined): 'json' | 'other' | 'charset' {
  if (value === undefined || value.length > 300) return 'other'
  const [type = '', ...parameters] = value
    .split(';')
    .map((part) => part.replace(/^[ \t]+/, '').replace(/(?<![ \t])[ \t]+$/, ''))
  if (!json.test(type.toLowerCase())) return 'other'
  let charsets = 0
  for (const part of parameters) {
    const equals = part.indexOf('=')
    const found = parameter.exec(part.slice(0, equals).toLowerCase() + part.slice(equals))
    if (found === null) return 'charset'
    if (found[1] !== 'charset') continue
    const charset = (found[2] ?? found[3] ?? '').toLowerCase()
    if (charset !== 'utf-8' || ++charsets > 1) return 'charset'
  }
  return 'json'
}
