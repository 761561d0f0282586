/** Kinds of names that a certificate carries and a rule can ask for. */
export const nameKinds = ['commonName', 'dns', 'uri', 'email', 'subject'] as const
export type NameKind = (typeof nameKinds)[number]

/** Whether a name of a certificate is one that a rule means. */
export type NamePattern = (name: string) => boolean

/** What `*` may stand for, by kind: for messages. */
const wildcardForms: Readonly<Record<NameKind, string>> = {
  commonName: 'the first label: `*.devices.example.com`',
  dns: 'the first label: `*.devices.example.com`',
  uri: 'the last segment: `spiffe://example.com/devices/*`',
  email: 'what stands before the `@`: `*@example.com`',
  subject: 'the value of the first part: `CN=*,OU=devices,O=Example`',
}

/**
 * Compiles a name as it is written in a rule: exact, or with one `*` for exactly one segment at the end where names of
 * the kind vary. Returns a sentence where it is neither. No regular expressions: each `.` that should have been `\.`
 * is somebody else's certificate.
 */
export function compileName(kind: NameKind, written: string): NamePattern | string {
  const foldsCase = kind === 'dns'
  const pattern = foldsCase ? written.toLowerCase() : written
  if (!pattern.includes('*')) {
    if (kind === 'email') return exactEmail(pattern)
    return (name) => name === pattern
  }
  const form = `\`*\` stands for ${wildcardForms[kind]}`
  if (pattern.indexOf('*') !== pattern.lastIndexOf('*')) return `${form}, and once`
  switch (kind) {
    case 'commonName':
    case 'dns': {
      // Two labels must be left: `*.com` would mean everybody.
      if (!/^\*\.[^.*]+(\.[^.*]+)+$/.test(pattern)) return form
      const rest = pattern.slice(1)
      return (name) => name.endsWith(rest) && isSegment(name.slice(0, -rest.length), '.')
    }
    case 'uri': {
      if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#*]+(\/[^/?#*]+)*\/\*$/.test(pattern)) return form
      const start = pattern.slice(0, -1)
      return (name) => name.startsWith(start) && isSegment(name.slice(start.length), '/?#')
    }
    case 'email': {
      if (!/^\*@[^@*]+$/.test(pattern)) return form
      const domain = pattern.slice(1).toLowerCase()
      return (name) => {
        const at = name.lastIndexOf('@')
        return name.slice(at).toLowerCase() === domain && isSegment(name.slice(0, at), '@')
      }
    }
    case 'subject': {
      const equals = pattern.indexOf('=*,')
      if (equals <= 0 || /[,+=\\]/.test(pattern.slice(0, equals))) return form
      const start = pattern.slice(0, equals + 1)
      const rest = pattern.slice(equals + 2)
      return (name) =>
        name.startsWith(start) && name.endsWith(rest) && isValue(name.slice(start.length, -rest.length))
    }
  }
}

/** The part after the `@` is compared without regard to case (RFC 5280 §7.5). */
function exactEmail(pattern: string): NamePattern {
  const at = pattern.lastIndexOf('@')
  const local = pattern.slice(0, at)
  const domain = pattern.slice(at).toLowerCase()
  return (name) => {
    const split = name.lastIndexOf('@')
    return name.slice(0, split) === local && name.slice(split).toLowerCase() === domain
  }
}

/** One segment, not empty. A `*` in the certificate itself is somebody's wildcard and the name of nobody. */
function isSegment(text: string, separators: string): boolean {
  if (text === '' || text.includes('*')) return false
  for (const separator of separators) if (text.includes(separator)) return false
  return true
}

/** One value of a distinguished name in the form of RFC 4514: every `,` and `+` in it is escaped. */
function isValue(text: string): boolean {
  if (text === '' || text.includes('*')) return false
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === ',' || text[i] === '+') return false
    if (i >= text.length) return false // the escape would reach into the part that the rule fixed
  }
  return true
}
