/**
 * Header names, interned. A name that the gateway or common clients know costs no string: the scanner hashes its
 * bytes while it checks them, and the table gives back one shared lower-case string with a small number to switch on.
 */

/** Numbers of the names that the wire itself gives a meaning. Other known names have higher numbers. */
export const id = {
  unknown: 0,
  host: 1,
  contentLength: 2,
  transferEncoding: 3,
  connection: 4,
  keepAlive: 5,
  proxyConnection: 6,
  te: 7,
  trailer: 8,
  upgrade: 9,
  expect: 10,
  contentType: 11,
  authorization: 12,
  cookie: 13,
  xForwardedFor: 14,
  xForwardedProto: 15,
  xForwardedHost: 16,
  forwarded: 17,
  xRequestId: 18,
  traceparent: 19,
  tracestate: 20,
  http2Settings: 21,
  proxyAuthorization: 22,
  proxyAuthenticate: 23,
  xForwardedPort: 24,
  xRealIp: 25,
  date: 26,
  server: 27,
  setCookie: 28,
  contentEncoding: 29,
  origin: 30,
  range: 31,
  referer: 32,
  ifModifiedSince: 33,
  ifUnmodifiedSince: 34,
  maxForwards: 35,
  location: 36,
  altSvc: 37,
} as const

const wire = [
  '',
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'content-type',
  'authorization',
  'cookie',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'forwarded',
  'x-request-id',
  'traceparent',
  'tracestate',
  'http2-settings',
  'proxy-authorization',
  'proxy-authenticate',
  'x-forwarded-port',
  'x-real-ip',
  'date',
  'server',
  'set-cookie',
  'content-encoding',
  'origin',
  'range',
  'referer',
  'if-modified-since',
  'if-unmodified-since',
  'max-forwards',
  'location',
  'alt-svc',
]

const common = [
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'accept-ranges',
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'access-control-max-age',
  'access-control-request-headers',
  'access-control-request-method',
  'age',
  'allow',
  'baggage',
  'cache-control',
  'content-disposition',
  'content-language',
  'content-location',
  'content-range',
  'content-security-policy',
  'cross-origin-resource-policy',
  'dnt',
  'etag',
  'expires',
  'if-match',
  'if-none-match',
  'if-range',
  'last-modified',
  'link',
  'pragma',
  'priority',
  'referrer-policy',
  'retry-after',
  'sec-ch-ua',
  'sec-ch-ua-mobile',
  'sec-ch-ua-platform',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-user',
  'server-timing',
  'strict-transport-security',
  'upgrade-insecure-requests',
  'user-agent',
  'vary',
  'via',
  'www-authenticate',
  'x-api-key',
  'x-content-type-options',
  'x-correlation-id',
  'x-csrf-token',
  'x-frame-options',
  'x-powered-by',
  'x-requested-with',
  'digest',
  'content-digest',
  'repr-digest',
  'idempotency-key',
  'purpose',
  'save-data',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-real-user',
  'x-user-id',
  'x-tenant-id',
  'x-amzn-trace-id',
  'x-cloud-trace-context',
  'client-cert',
  'client-cert-chain',
  'ssl-client-cert',
  'x-ssl-client-cert',
  'x-amzn-mtls-clientcert',
  'x-amzn-mtls-clientcert-leaf',
  'x-forwarded-client-cert',
  'x-forwarded-tls-client-cert',
]

const known = [...wire, ...common]

/** The known name of a number. */
export function nameOf(number: number): string {
  return known[number]!
}

const tokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/** Lower-case byte of each `tchar` (RFC 9110 §5.6.2); 0 for every other byte. */
export const tokenLower: Uint8Array = new Uint8Array(256)
for (const character of tokenCharacters) {
  tokenLower[character.charCodeAt(0)] = character.toLowerCase().charCodeAt(0)
}

/** One step of the name hash; the scanner calls it for each byte. */
export const hashStep = (hash: number, lower: number): number => (Math.imul(hash, 31) + lower) | 0

const slots = 1024
const table = new Int16Array(slots)
for (let number = 1; number < known.length; number++) {
  let hash = 0
  for (let i = 0; i < known[number]!.length; i++) hash = hashStep(hash, known[number]!.charCodeAt(i))
  let slot = (hash ^ (hash >>> 10)) & (slots - 1)
  while (table[slot] !== 0) slot = (slot + 1) & (slots - 1)
  table[slot] = number
}

/** Number of the name at these bytes, or 0 when it is not a known one. */
export function findName(buffer: Uint8Array, start: number, end: number, hash: number): number {
  let slot = (hash ^ (hash >>> 10)) & (slots - 1)
  for (let number = table[slot]!; number !== 0; slot = (slot + 1) & (slots - 1), number = table[slot]!) {
    const name = known[number]!
    if (name.length !== end - start) continue
    let i = 0
    while (i < name.length && name.charCodeAt(i) === tokenLower[buffer[start + i]!]) i++
    if (i === name.length) return number
  }
  return 0
}

const numbers = new Map<string, number>(known.map((name, number) => [name, number]))

/** Number of a lower-case name, or 0. For set-up, not for the hot path. */
export function numberOf(name: string): number {
  return numbers.get(name) ?? 0
}

/**
 * Names that live for one hop only (RFC 9110 §7.6.1) or that belong to the framing: the gateway consumes them and
 * writes its own.
 */
export function isHopByHop(number: number): boolean {
  switch (number) {
    case id.contentLength:
    case id.transferEncoding:
    case id.connection:
    case id.keepAlive:
    case id.proxyConnection:
    case id.te:
    case id.trailer:
    case id.upgrade:
    case id.http2Settings:
    case id.proxyAuthorization:
    case id.proxyAuthenticate:
      return true
    default:
      return false
  }
}
