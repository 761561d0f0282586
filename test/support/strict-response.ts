/** One answer as a client reads it. */
export interface StrictResponse {
  readonly status: number
  /** Lower-case names; the last of several values. */
  readonly fields: ReadonlyMap<string, string>
  readonly body: string
  readonly trailers: ReadonlyMap<string, string>
}

/** Everything a connection sent, read strictly. */
export interface Responses {
  /** Final answers, in order. */
  readonly final: readonly StrictResponse[]
  readonly informational: readonly StrictResponse[]
  /** Bytes after them: the beginning of an answer, or garbage. */
  readonly rest: string
}

/**
 * Reads the answers to requests of these methods (GET when there are more answers than methods). `closed` tells that
 * the connection ended, which ends an answer without a length.
 */
export function readResponses(text: string, methods: readonly string[] = [], closed = false): Responses {
  const final: StrictResponse[] = []
  const informational: StrictResponse[] = []
  let at = 0
  while (at < text.length) {
    const headEnd = text.indexOf('\r\n\r\n', at)
    if (headEnd < 0) break
    const [statusLine = '', ...lines] = text.slice(at, headEnd).split('\r\n')
    const match = /^HTTP\/1\.1 ([1-5][0-9]{2}) [\t\x20-\x7e]*$/.exec(statusLine)
    if (match === null) break
    const status = Number(match[1])
    const fields = new Map(lines.map(readLine))
    const none = { status, fields, body: '', trailers: new Map<string, string>() }
    if (status < 200) {
      informational.push(none)
      at = headEnd + 4
      continue
    }
    if (methods[final.length] === 'HEAD' || status === 204 || status === 304) {
      final.push(none)
      at = headEnd + 4
      continue
    }
    const read = readBody(text, headEnd + 4, fields, closed)
    if (read === null) break
    final.push({ ...none, ...read })
    at = read.next
  }
  return { final, informational, rest: text.slice(at) }
}

function readLine(line: string): [string, string] {
  const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(line)
  if (match === null) throw new Error(`the gateway sent the field line ${JSON.stringify(line)}`)
  return [match[1]!.toLowerCase(), match[2]!]
}

function readBody(
  text: string,
  from: number,
  fields: ReadonlyMap<string, string>,
  closed: boolean,
): { body: string; trailers: Map<string, string>; next: number } | null {
  const length = fields.get('content-length')
  const trailers = new Map<string, string>()
  if (fields.get('transfer-encoding') === 'chunked') {
    if (length !== undefined) throw new Error('the gateway sent both framings')
    let at = from
    let body = ''
    for (;;) {
      const lineEnd = text.indexOf('\r\n', at)
      if (lineEnd < 0) return null
      const size = Number.parseInt(text.slice(at, lineEnd), 16)
      at = lineEnd + 2
      if (size === 0) break
      if (text.length < at + size + 2) return null
      body += text.slice(at, at + size)
      at += size + 2
    }
    for (;;) {
      const lineEnd = text.indexOf('\r\n', at)
      if (lineEnd < 0) return null
      const line = text.slice(at, lineEnd)
      at = lineEnd + 2
      if (line === '') return { body, trailers, next: at }
      trailers.set(...readLine(line))
    }
  }
  if (length === undefined) return closed ? { body: text.slice(from), trailers, next: text.length } : null
  const next = from + Number(length)
  return text.length < next ? null : { body: text.slice(from, next), trailers, next }
}
