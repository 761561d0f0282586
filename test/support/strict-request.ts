/**
 * The strictest reading of an HTTP/1.1 request (RFC 9112), written for tests alone and sharing nothing with the
 * gateway. What any server could read in another way is flagged; where nobody can say any more where the message
 * ends, the reading is `lost`.
 */
export interface StrictRequest {
  readonly method: string
  readonly target: string
  readonly version: string
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly trailers: readonly (readonly [name: string, value: string])[]
  /** What is doubtful about it. */
  readonly flags: readonly string[]
}

export type Reading =
  | { readonly kind: 'request'; readonly request: StrictRequest; readonly next: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'lost'; readonly flags: readonly string[] }

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const forbiddenInValue = /[^\t\x20-\x7e\x80-\xff]/

/** Names that decide what a message is or who sent it: another spelling of one of them is an attack. */
// biome-ignore format: a table with several entries a line
const meaningful = new Set([
  'host', 'content-length', 'transfer-encoding', 'connection', 'expect', 'te', 'trailer', 'upgrade', 'content-type',
  'content-encoding', 'authorization', 'cookie', 'forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host',
  'x-forwarded-prefix', 'x-real-ip', 'x-request-id', 'x-api-key', 'x-auth-user', 'proxy-authorization',
])

const single = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'content-type',
  'authorization',
  'origin',
  'range',
])
// biome-ignore format: a table with several entries a line
const hopByHop = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'http2-settings', 'proxy-authorization',
  'expect',
])

/** Reads one request from `from` on. `text` holds one character a byte. */
export function readStrictRequest(text: string, from: number): Reading {
  const headEnd = text.indexOf('\r\n\r\n', from)
  if (headEnd < 0) return { kind: 'more' }
  const lines = text.slice(from, headEnd).split('\r\n')
  const flags: string[] = []
  for (const line of lines) if (/[\r\n]/.test(line)) return { kind: 'lost', flags: ['CR or LF alone'] }
  const parts = lines[0]!.split(' ')
  const [method = '', target = '', version = ''] = parts
  if (parts.length !== 3 || !token.test(method) || !/^HTTP\/1\.[01]$/.test(version))
    return { kind: 'lost', flags: [`request line ${JSON.stringify(lines[0])}`] }
  flags.push(...targetFlags(method, target))
  const fields = readFields(lines.slice(1), flags)
  if (fields === null) return { kind: 'lost', flags }
  flags.push(...fieldFlags(fields, version))

  const lengths = values(fields, 'content-length')
  const codings = values(fields, 'transfer-encoding')
  if (lengths.length > 0 && codings.length > 0)
    return { kind: 'lost', flags: [...flags, 'Content-Length and Transfer-Encoding'] }
  if (lengths.length > 1 || codings.length > 1)
    return { kind: 'lost', flags: [...flags, 'framing field repeated'] }
  const made = (body: string, trailers: StrictRequest['trailers'], next: number): Reading => {
    if (body !== '' && (method === 'GET' || method === 'HEAD')) flags.push(`${method} with a body`)
    return { kind: 'request', request: { method, target, version, fields, body, trailers, flags }, next }
  }
  const bodyStart = headEnd + 4
  if (codings.length === 1) {
    if (codings[0]!.toLowerCase() !== 'chunked' || version !== 'HTTP/1.1')
      return { kind: 'lost', flags: [...flags, `coding ${codings[0]}`] }
    return readChunked(text, bodyStart, flags, made)
  }
  if (lengths.length === 0) return made('', [], bodyStart)
  if (!/^[0-9]{1,15}$/.test(lengths[0]!)) return { kind: 'lost', flags: [...flags, `length ${lengths[0]}`] }
  const bodyEnd = bodyStart + Number(lengths[0])
  return text.length < bodyEnd ? { kind: 'more' } : made(text.slice(bodyStart, bodyEnd), [], bodyEnd)
}

function readFields(lines: readonly string[], flags: string[]): [string, string][] | null {
  const fields: [string, string][] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon))
    if (!token.test(name)) {
      flags.push(`field line ${JSON.stringify(line)}`)
      return null
    }
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')
    if (forbiddenInValue.test(value)) flags.push(`value of ${name}: ${JSON.stringify(value)}`)
    fields.push([name.toLowerCase(), value])
  }
  return fields
}

function values(fields: readonly (readonly [string, string])[], name: string): string[] {
  return fields.filter((field) => field[0] === name).map((field) => field[1])
}

function fieldFlags(fields: readonly (readonly [string, string])[], version: string): string[] {
  const flags: string[] = []
  for (const [name] of fields) {
    const plain = name.replace(/[_.]/g, '-')
    if (plain !== name && meaningful.has(plain)) flags.push(`alias ${name}`)
    if (hopByHop.has(name)) flags.push(`hop-by-hop ${name}`)
    if (single.has(name) && values(fields, name).length > 1) flags.push(`repeated ${name}`)
  }
  const hosts = values(fields, 'host')
  if (hosts.length === 0 && version === 'HTTP/1.1') flags.push('no Host')
  for (const host of hosts) {
    if (!/^(?:[a-zA-Z0-9._-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?$/.test(host))
      flags.push(`host ${JSON.stringify(host)}`)
  }
  return flags
}

function targetFlags(method: string, target: string): string[] {
  if (target === '*') return method === 'OPTIONS' ? [] : ['target *']
  const flags: string[] = []
  if (!target.startsWith('/')) return [`target ${JSON.stringify(target)}`]
  if (!/^[!-~]*$/.test(target)) flags.push('target with bytes that are not visible ASCII')
  if (target.includes('#')) flags.push('fragment')
  if (/%(?![0-9a-fA-F]{2})/.test(target)) flags.push('broken triplet')
  if (/%00/.test(target)) flags.push('NUL in the target')
  const path = target.split('?', 1)[0]!
  if (/\\|%5c/i.test(path)) flags.push('backslash in the path')
  if (/%(?:[01][0-9a-f]|7f)/i.test(path)) flags.push('control character in the path')
  if (path.includes('//') || /;|%3b/i.test(path) || /%2f/i.test(path) || /%25[0-9a-f]{2}/i.test(path))
    flags.push('path with two readings')
  const decoded = path.replace(/%25/gi, '%').replace(/%2e/gi, '.').replace(/%2f/gi, '/').replace(/%3b/gi, ';')
  if (decoded.split('/').some((segment) => /^\.\.?(?:;|$|%3f|%23)/i.test(segment))) flags.push('dot segment')
  return flags
}

function readChunked(
  text: string,
  from: number,
  flags: string[],
  made: (body: string, trailers: StrictRequest['trailers'], next: number) => Reading,
): Reading {
  let at = from
  let body = ''
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0)
      return /[\n]|\r(?!$)/.test(text.slice(at))
        ? { kind: 'lost', flags: [...flags, 'chunk line'] }
        : { kind: 'more' }
    const line = text.slice(at, lineEnd)
    const match = /^([0-9a-fA-F]{1,12})(;[\t\x20-\x7e]*)?$/.exec(line)
    if (match === null) return { kind: 'lost', flags: [...flags, `chunk line ${JSON.stringify(line)}`] }
    if (match[2] !== undefined) flags.push('chunk extension')
    const size = Number.parseInt(match[1]!, 16)
    at = lineEnd + 2
    if (size === 0) break
    if (text.length < at + size + 2) return { kind: 'more' }
    body += text.slice(at, at + size)
    if (text.slice(at + size, at + size + 2) !== '\r\n')
      return { kind: 'lost', flags: [...flags, 'chunk without its end'] }
    at += size + 2
  }
  const trailers: [string, string][] = []
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd < 0) return { kind: 'more' }
    const line = text.slice(at, lineEnd)
    at = lineEnd + 2
    if (line === '') return made(body, trailers, at)
    const fields = readFields([line], flags)
    if (/[\r\n]/.test(line) || fields === null) return { kind: 'lost', flags: [...flags, 'trailer line'] }
    const name = fields[0]![0]
    if (meaningful.has(name.replace(/[_.]/g, '-')) || hopByHop.has(name)) flags.push(`trailer ${name}`)
    trailers.push(fields[0]!)
  }
}
