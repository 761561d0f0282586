/**
 * What has to become of the bytes:
 * `refused`: one refusal and the connection ends, and nothing of the doubtful request reaches the upstream;
 * `clean`: every request is answered, and arrives with one reading;
 * `either`: the gateway may choose, but what arrives has one reading.
 */
export type Expectation = 'refused' | 'clean' | 'either'

/** One row of the battery. */
export interface WireCase {
  readonly name: string
  /** One character a byte; several strings arrive apart from each other. */
  readonly bytes: string | readonly string[]
  readonly expect: Expectation
  /** Whole requests that may arrive: with `clean` exactly so many, else at most. Default: 1, of `refused` 0. */
  readonly upstream?: number
  /** Methods of the requests, where one is HEAD. */
  readonly methods?: readonly string[]
  /** Status the refusal must have. */
  readonly status?: number
  /** The message is not whole: the client ends its side, and no answer is needed. */
  readonly brokenOff?: boolean
}

/** A row without its expectation, in the tables: name, bytes. */
export type Row = readonly [name: string, bytes: string | readonly string[], more?: Partial<WireCase>]

/** Rows of one table with the expectation that they share. */
export function rows(group: string, expect: Expectation, table: readonly Row[]): WireCase[] {
  return table.map(([name, bytes, more]) => ({ name: `${group}: ${name}`, bytes, expect, ...more }))
}

/** A request with these further field lines; each ends in CRLF. */
export function request(fields: string, line = 'GET /a HTTP/1.1'): string {
  return `${line}\r\nHost: localhost\r\n${fields}\r\n`
}

/** A POST with these framing lines, and what follows the head. */
export function post(fields: string, body: string): string {
  return `${request(fields, 'POST /a HTTP/1.1')}${body}`
}

/** A GET of this target. */
export function get(target: string): string {
  return request('', `GET ${target} HTTP/1.1`)
}

/** A chunked POST with this body, as it stands after the head. */
export function chunked(body: string): string {
  return post('Transfer-Encoding: chunked\r\n', body)
}

/** What an attacker hides behind a request whose end is read in two ways. */
export const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n'

/** A byte for a name of a case: `0x0b`. */
export function hex(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')}`
}
