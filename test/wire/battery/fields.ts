import { hex, request, rows, smuggled, type WireCase } from './wire-case.ts'

const controls = [...Array(32).keys(), 127].filter((code) => code !== 9)
const delimiters = [...'"(),/:;<=>?@[\\]{} ']
/** Field lines that RFC 9112 §5 does not generate; each stands between `Host` and the end of the head. */
// biome-ignore format: a table with several entries a line
const lines = [
  'X', 'X ', 'X y', ': y', ' : y', ':', 'X : y', 'X\t: y', 'X y: z', ' X: y', '\tX: y', 'X: y\r\n z', 'X: y\r\n\tz', 'X:\r\n y',
  'X: y\r\n ', 'X: y\r\n \r\n z', 'Content-Length : 0', 'Content-Length\t: 0', 'Transfer-Encoding : chunked',
  'Transfer-Encoding\t: chunked', 'Transfer-Encoding\x0b: chunked', 'Transfer-Encoding\x00: chunked', 'Transfer-Encoding\xa0: chunked',
  'X: y\nZ: w', 'X: y\rZ: w', 'X: y\r\r\nZ: w', 'X: y\n', 'X: y\r', 'X: y\0', 'X: \0y', 'X\0: y', '\0: y', 'X: y\0\r\nZ: w',
  'X: y\n\r\nGET /smuggled HTTP/1.1', 'X: y\r\rGET /smuggled HTTP/1.1', 'X: y\nTransfer-Encoding: chunked', 'X: y\rContent-Length: 10',
  'X: y\n Transfer-Encoding: chunked', '\rX: y', '\nX: y', '\x0bX: y', '\x0cX: y', '\ufeffX: y'.replace('\ufeff', '\xef\xbb\xbf'),
  'Host : localhost', '\xe9: y', 'X\xe9: y', 'X-\xff: y', '\xa0X: y', 'GET /smuggled HTTP/1.1', 'HTTP/1.1 200 OK',
]

/** RFC 9110 §5 and RFC 9112 §5. */
export const fieldCases: readonly WireCase[] = [
  ...rows(
    'field',
    'refused',
    lines.map((line) => [JSON.stringify(line), request(`${line}\r\n`)] as const),
  ),
  ...rows('field name', 'refused', [
    ...controls.map(
      (code) => [`with ${hex(code)}`, request(`X${String.fromCharCode(code)}Y: z\r\n`)] as const,
    ),
    ...delimiters
      .filter((c) => c !== ':')
      .map((c) => [`with ${JSON.stringify(c)}`, request(`X${c}Y: z\r\n`)] as const),
    ...delimiters
      .filter((c) => c !== ':')
      .map((c) => [`after ${JSON.stringify(c)}`, request(`${c}X: z\r\n`)] as const),
    ...[0x80, 0x85, 0xa0, 0xad, 0xff].map(
      (code) => [`with ${hex(code)}`, request(`X${String.fromCharCode(code)}: z\r\n`)] as const,
    ),
  ]),
  ...rows('field value', 'refused', [
    ...controls.map(
      (code) => [`with ${hex(code)}`, request(`X: y${String.fromCharCode(code)}z\r\n`)] as const,
    ),
    ...controls.map(
      (code) => [`that begins with ${hex(code)}`, request(`X: ${String.fromCharCode(code)}z\r\n`)] as const,
    ),
    ...controls.map(
      (code) => [`that ends with ${hex(code)}`, request(`X: y${String.fromCharCode(code)}\r\n`)] as const,
    ),
  ]),
  ...rows('first field', 'refused', [
    ['space before it', 'GET /a HTTP/1.1\r\n Host: localhost\r\n\r\n'],
    ['tab before it', 'GET /a HTTP/1.1\r\n\tHost: localhost\r\n\r\n'],
    ['a line of spaces before it', 'GET /a HTTP/1.1\r\n  \r\nHost: localhost\r\n\r\n'],
    ['a folded request line', 'GET /a HTTP/1.1\r\n X: y\r\nHost: localhost\r\n\r\n'],
    ['colon before it', 'GET /a HTTP/1.1\r\n:Host: localhost\r\n\r\n'],
  ]),
  ...rows('end of the head', 'refused', [
    ['LF alone', 'GET /a HTTP/1.1\r\nHost: localhost\r\n\n'],
    ['LF LF', 'GET /a HTTP/1.1\r\nHost: localhost\n\n'],
    ['CR CR', `GET /a HTTP/1.1\r\nHost: localhost\r\r${smuggled}`],
    ['CR and another byte', 'GET /a HTTP/1.1\r\nHost: localhost\r\n\rX'],
    ['a space in the empty line', 'GET /a HTTP/1.1\r\nHost: localhost\r\n \r\n'],
    ['a NUL in the empty line', 'GET /a HTTP/1.1\r\nHost: localhost\r\n\0\r\n'],
    ['CR LF CR CR LF', 'GET /a HTTP/1.1\r\nHost: localhost\r\n\r\r\n'],
  ]),
  ...rows('repeated', 'refused', [
    ['Content-Type', request('Content-Type: text/plain\r\nContent-Type: application/json\r\n')],
    ['Authorization', request('Authorization: a\r\nAuthorization: b\r\n')],
    ['Authorization, the same twice', request('Authorization: a\r\nauthorization: a\r\n')],
    ['Origin', request('Origin: https://a\r\nOrigin: https://b\r\n')],
    ['Range', request('Range: bytes=0-1\r\nRange: bytes=1-2\r\n')],
    ['Expect', request('Expect: 100-continue\r\nExpect: 100-continue\r\n')],
  ]),
]
