/**
 * Keeps secrets that travel in a request target out of records. Called on data threads for every request, so: linear
 * in the input, and the input itself is returned, without a copy, when nothing in it looks secret. It errs towards
 * hiding: a record without a harmless value is a nuisance, a record with a session token is a breach.
 */

const redacted = '[redacted]'

/**
 * A parameter is secret when its name, lower case and with nothing but letters and digits, contains one of these:
 * `access_token`, `X-Amz-Security-Token`, `newPassword`, `client_secret`, `X-Goog-Signature`, `JSESSIONID` …
 */
export const secretParts: readonly string[] = [
  'token',
  'secret',
  'passw',
  'passphrase',
  'signature',
  'credential',
  'session',
  'apikey',
  'accesskey',
  'privatekey',
  'jwt',
  'assertion',
  'authorization',
  'cookie',
  'saml',
]

/** … or one of its parts (`user[pass]`, `login.pin`) is exactly one of these, too common inside harmless names. */
export const secretNames: ReadonlySet<string> = new Set([
  'auth',
  'xauth',
  'authkey',
  'authcode',
  'bearer',
  'code',
  'codeverifier',
  'devicecode',
  'usercode',
  'mfacode',
  'verificationcode',
  'securitycode',
  'hmac',
  'key',
  'xkey',
  'skey',
  'otp',
  'totp',
  'pass',
  'passcode',
  'pin',
  'pwd',
  'phpsessid',
  'sessid',
  'sid',
  'sig',
  'sas',
  'ticket',
])

/**
 * `state` of an OAuth redirect is a one-time secret; `state=open` is a filter of half of all APIs. Nobody filters by a
 * value longer than this.
 */
const longestPlainState = 15

/** A JOSE header is a JSON object (`eyJ` is `{"` in base64url); `{"alg":"none"}`, the shortest, has 19 characters. */
const shortestJoseHeader = 19

/**
 * Characters after `spk_` or `spa_` that make it a key or an admin token of the gateway (they have 43) and not the
 * name of something, such as `spa_opening_hours`.
 */
const shortestKeyBody = 24

/**
 * Whether a target needs a closer look: a literal that each rule needs, or an escape that may hide one. Nothing but
 * literals, each tried once at a position: linear. The tests hold it against the lists above.
 */
const worthLooking =
  /token|secret|pass|signature|credential|session|key|jwt|assertion|auth|cookie|saml|bearer|code|hmac|otp|pin|pwd|sas|sessid|sid|sig|ticket|state|eyJ|sp[ak]_|%/i

/** An escape of a character of a token, or of `%` itself. Escapes that must be there (`%20`, `%2F`) hide no token. */
const needlessEscape = /%(?:2[5de]|3[0-9]|[46][1-9a-f]|[57][0-9a]|5f)/i

/** Query without its `?`: values of secret-looking names and secret-looking values become `[redacted]`. */
export function redactQuery(query: string): string {
  return worthLooking.test(query) ? redactValues(redactParameters(query)) : query
}

/**
 * Path without JWTs, without keys of the gateway, and without values of secret-looking parameters (`;jsessionid=…`); of
 * a target that was refused (`http://user:password@host/`, `user:password@host:443`, `/#access_token=…`) also without
 * the user and the password, and with its fragment redacted like a query.
 */
export function redactPath(path: string): string {
  const bare = path.startsWith('/') ? path : redactUserInfo(path)
  if (!worthLooking.test(bare)) return bare
  const hash = bare.indexOf('#')
  if (hash < 0) return redactValues(redactMatrix(bare))
  return redactValues(`${redactMatrix(bare.slice(0, hash))}#${redactParameters(bare.slice(hash + 1))}`)
}

/** Parameters of segments, `/a;name=value;name=value/b`, also with the `;` encoded. */
function redactMatrix(path: string): string {
  if (!/;|%3b/i.test(path)) return path
  const parts = path.split(/(;|%3b|\/)/i)
  // Every other part is a separator; a parameter stands behind a `;`.
  for (let at = 2; at < parts.length; at += 2) {
    if (parts[at - 1] === '/') continue
    const part = parts[at]!
    const equals = part.search(/=|%3d/i)
    if (equals <= 0 || kindOfName(part.slice(0, equals)) !== 'secret') continue
    parts[at] = `${part.slice(0, equals)}=${redacted}`
  }
  return parts.join('')
}

function redactUserInfo(target: string): string {
  const scheme = target.indexOf('://')
  const start = scheme === -1 ? 0 : scheme + 3
  const slash = target.indexOf('/', start)
  const at = target.lastIndexOf('@', slash === -1 ? target.length : slash)
  return at <= start ? target : `${target.slice(0, start)}${redacted}${target.slice(at)}`
}

/**
 * One pass, one decision a parameter. Some services split at `;` too, so a name may stand behind one; a secret value
 * is taken to reach to the `&`, which hides it under both readings.
 */
function redactParameters(query: string): string {
  let result = ''
  let copied = 0
  let nameStart = 0
  let inName = true
  let secretAt = -1
  let stateAt = -1
  for (let index = 0; index <= query.length; index++) {
    const character = index < query.length ? query.charCodeAt(index) : ampersand
    if (character === ampersand) {
      if (secretAt === -1 && stateAt !== -1 && index - stateAt > longestPlainState) secretAt = stateAt
      if (secretAt !== -1 && secretAt < index) {
        result += query.slice(copied, secretAt) + redacted
        copied = index
      }
      nameStart = index + 1
      inName = true
      secretAt = stateAt = -1
    } else if (secretAt !== -1) {
      // Inside a secret value: nothing in it starts a name.
    } else if (character === semicolon) {
      nameStart = index + 1
      inName = true
    } else if (character === equals && inName) {
      inName = false
      const kind = kindOfName(query.slice(nameStart, index))
      if (kind === 'secret') secretAt = index + 1
      else if (kind === 'state' && stateAt === -1) stateAt = index + 1
    }
  }
  return copied === 0 ? query : result + query.slice(copied)
}

function kindOfName(name: string): 'secret' | 'state' | 'plain' {
  if (!worthLooking.test(name)) return 'plain'
  const lower = (name.includes('%') ? decodeTwice(name) : name).toLowerCase()
  const letters = lower.replace(/[^a-z0-9]/g, '')
  if (secretParts.some((part) => letters.includes(part)) || secretNames.has(letters)) return 'secret'
  for (const part of lower.split(/[[\].:/]/)) {
    if (secretNames.has(part.replace(/[^a-z0-9]/g, ''))) return 'secret'
  }
  return letters === 'state' ? 'state' : 'plain'
}

function redactValues(text: string): string {
  const plain = redactPlainValues(text)
  if (!needlessEscape.test(plain)) return plain
  // An over-eager client may have encoded `.`, `-` or `_`: such a piece is hidden whole.
  let changed = false
  const pieces = plain.split(/([/&=;?])/)
  for (const [index, piece] of pieces.entries()) {
    if (!piece.includes('%')) continue
    const decoded = decodeTwice(piece)
    if (redactPlainValues(decoded) !== decoded) {
      pieces[index] = redacted
      changed = true
    }
  }
  return changed ? pieces.join('') : plain
}

function redactPlainValues(text: string): string {
  let result = ''
  let copied = 0
  // A run of base64url characters that is no header of a JWT is none from any later start either.
  let noHeaderBefore = 0
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index)
    let end = -1
    if (character === letterE && index >= noHeaderBefore && text.startsWith('eyJ', index)) {
      const header = runEnd(text, index)
      end = tokenEnd(text, index, header)
      if (end === -1) noHeaderBefore = header
    } else if (character === letterS && (text.startsWith('spk_', index) || text.startsWith('spa_', index))) {
      const body = runEnd(text, index)
      if (body - index - 4 >= shortestKeyBody) end = body
    }
    if (end === -1) continue
    result += text.slice(copied, index) + redacted
    copied = end
    index = end - 1
  }
  return copied === 0 ? text : result + text.slice(copied)
}

/** End of the JWS or JWE (three or five parts, the second empty for a direct key) whose header ends here, or -1. */
function tokenEnd(text: string, start: number, headerEnd: number): number {
  if (headerEnd - start < shortestJoseHeader || text.charCodeAt(headerEnd) !== dot) return -1
  let end = runEnd(text, headerEnd + 1)
  if (text.charCodeAt(end) !== dot) return -1
  while (text.charCodeAt(end) === dot) end = runEnd(text, end + 1)
  return end
}

/** End of the run of base64url characters from here. */
function runEnd(text: string, from: number): number {
  while (from < text.length && isBase64Url(text.charCodeAt(from))) from++
  return from
}

function isBase64Url(character: number): boolean {
  return (
    (character >= 0x61 && character <= 0x7a) ||
    (character >= 0x41 && character <= 0x5a) ||
    (character >= 0x30 && character <= 0x39) ||
    character === 0x2d ||
    character === 0x5f
  )
}

/** Lenient on purpose: a broken escape stays as it is, and what a service decodes twice is found too. */
function decodeTwice(text: string): string {
  return decodeOnce(decodeOnce(text))
}

function decodeOnce(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

const ampersand = 0x26
const semicolon = 0x3b
const equals = 0x3d
const dot = 0x2e
const letterE = 0x65
const letterS = 0x73
