import { chunked, hex, post, rows, smuggled, type WireCase } from './wire-case.ts'

const end = '0\r\n\r\n'
/** What is no chunk size (RFC 9112 §7.1); each is followed by CRLF, five bytes and a last chunk. */
// biome-ignore format: a table with several entries a line
const sizes = [
  '', ' ', ' 5', '5 ', '\t5', '5\t', '+5', '-5', '-1', '0x5', '0X5', '5h', 'g', 'x', '5g', '5.0', '5,', '5_', '5 5', '5\x0b', '5\0', '\x005',
  '5\xa0', '\xef\xbc\x95', '5#', '5%', '5"', '5=', '5:', '5/', '(5)', '5-', '5 ; x', '5\t;x', '5,5', '5x', '00000000000000000005',
  'ffffffffffffffff', 'fffffffffffffffb', '10000000000000005', '100000000000000000000000000000005', 'f'.repeat(64), '0'.repeat(64),
  '7fffffffffffffff', '8000000000000005', 'FFFFFFFF00000005', '5\u200b'.replace('\u200b', '\xe2\x80\x8b'),
]
const controls = [0x00, 0x01, 0x08, 0x0a, 0x0b, 0x0c, 0x1f, 0x7f]
// biome-ignore format: a table with several entries a line
const trailers = [
  'Content-Length: 5', 'Transfer-Encoding: chunked', 'Host: other', 'Connection: close', 'Trailer: x', 'TE: x', 'Expect: 100-continue',
  'Authorization: x', 'Cookie: a=b', 'Content-Type: text/plain', 'Content-Encoding: gzip', 'Content-Range: bytes 0-1/2', 'Content-X: y',
  'X-Forwarded-For: 1.2.3.4', 'X-Forwarded-Prefix: /x', 'Forwarded: for=x', 'X-Real-IP: 1.2.3.4', 'X-Original-URL: /admin', 'X-Rewrite-URL: /a',
  'X-HTTP-Method-Override: DELETE', 'True-Client-IP: 1.2.3.4', 'X-Envoy-Original-Path: /a', 'X-Api-Key: x', 'Range: bytes=0-1', 'If-Match: x',
  'Cache-Control: no-store', 'Max-Forwards: 1', 'Upgrade: h2c', 'Keep-Alive: x', 'Proxy-Authorization: x', 'Set-Cookie: a=b', 'X_Forwarded_For: x',
  'Content_Length: 5', 'transfer.encoding: chunked', 'X-Userinfo: x', 'X-Request-Id: x',
]
const badLines = [
  'X',
  'X : y',
  ' X: y',
  ': y',
  'X: y\r\n z',
  'X: y\nZ: w',
  'X: y\rZ: w',
  'X: \0',
  'X: \x7f',
  'X\xe9: y',
  'GET / HTTP/1.1',
  'X(: y',
  '0',
  '0\r\n',
]

/** RFC 9112 §7.1 and RFC 9110 §6.5. */
export const chunkCases: readonly WireCase[] = [
  ...rows(
    'chunk size',
    'refused',
    sizes.map((size) => [JSON.stringify(size), chunked(`${size}\r\nhello\r\n${end}`)] as const),
  ),
  ...rows(
    'chunk size',
    'refused',
    sizes
      .slice(0, 12)
      .map(
        (size) =>
          [`${JSON.stringify(size)} second`, chunked(`1\r\na\r\n${size}\r\nhello\r\n${end}`)] as const,
      ),
  ),
  ...rows('chunk', 'refused', [
    ['LF after the size', chunked(`5\nhello\r\n${end}`)],
    ['CR after the size', chunked(`5\rhello\r\n${end}`)],
    ['CR CR LF after the size', chunked(`5\r\r\nhello\r\n${end}`)],
    ['LF CR after the size', chunked(`5\n\rhello\r\n${end}`)],
    ['CR and another byte after the size', chunked(`5\rXhello\r\n${end}`)],
    ['LF before the size', chunked(`\n5\r\nhello\r\n${end}`)],
    ['CRLF before the size', chunked(`\r\n5\r\nhello\r\n${end}`)],
    ['LF after the data', chunked(`5\r\nhello\n${end}`)],
    ['CR after the data', chunked(`5\r\nhello\r${end}`)],
    ['LF CR after the data', chunked(`5\r\nhello\n\r${end}`)],
    ['nothing after the data', chunked(`5\r\nhello${end}`)],
    ['other bytes after the data', chunked(`5\r\nhelloXX${end}`)],
    ['CR X after the data', chunked(`5\r\nhello\rX${end}`)],
    ['one byte too many', chunked(`5\r\nhello!\r\n${end}`)],
    ['one byte too few', chunked(`5\r\nhell\r\n${end}`)],
    ['two CRLF after the data', chunked(`5\r\nhello\r\n\r\n${end}`)],
    ['the last chunk with LF', chunked('5\r\nhello\r\n0\n\r\n')],
    ['the last chunk with LF LF', chunked('5\r\nhello\r\n0\n\n')],
    ['the end with LF', chunked('5\r\nhello\r\n0\r\n\n')],
    ['the end with CR X', chunked('5\r\nhello\r\n0\r\n\rX')],
    ['00 as a negative', chunked('-0\r\n\r\n')],
    ['a size of 0 that holds data', chunked(`0\r\nhello\r\n${end}`)],
    ['a request in the place of the trailers', chunked(`0\r\n${smuggled}`)],
    ['a body with Content-Length in mind', chunked('hello')],
    ['a body that is a request', chunked(smuggled)],
    ['an endless size line', chunked(`5;${'a'.repeat(20_000)}`)],
    ['endless zeros', chunked('0'.repeat(20_000))],
    ['extensions in a thousand chunks', chunked(`${'1;aaaa\r\nx\r\n'.repeat(1000)}${end}`)],
    ['a size larger than the limit of the body', chunked('fffffffffff\r\n'), { status: 413 }],
    ['such a size after another chunk', chunked('1\r\na\r\nffffffff\r\nb'), { status: 413 }],
    ['sizes that are too large together', chunked('1\r\na\r\na00000\r\nb'), { status: 413 }],
  ]),
  ...rows('chunk extension', 'refused', [
    ...controls.map(
      (code) =>
        [`with ${hex(code)}`, chunked(`5;a${String.fromCharCode(code)}b\r\nhello\r\n${end}`)] as const,
    ),
    ['with LF', chunked(`5;a\nhello\r\n${end}`)],
    ['with CR', chunked(`5;a\rb\r\nhello\r\n${end}`)],
    ['with CR CR LF', chunked(`5;a\r\r\nhello\r\n${end}`)],
    ['with LF and a request', chunked(`2;\nxx\r\n4c\r\n0\r\n\r\n${smuggled}`)],
    ['quoted over a line', chunked(`5;a="\r\n"\r\nhello\r\n${end}`)],
    ['of 2,000 bytes', chunked(`5;${'a'.repeat(2000)}\r\nhello\r\n${end}`)],
    ['of the last chunk with LF', chunked('5\r\nhello\r\n0;a\n\r\n')],
    ['after a space', chunked(`5 ;a=b\r\nhello\r\n${end}`)],
  ]),
  ...rows('trailer', 'refused', [
    ...trailers.map((trailer) => [trailer, chunked(`5\r\nhello\r\n0\r\n${trailer}\r\n\r\n`)] as const),
    ...badLines.map((line) => [JSON.stringify(line), chunked(`5\r\nhello\r\n0\r\n${line}\r\n\r\n`)] as const),
    ['that ends with LF', chunked('5\r\nhello\r\n0\r\nX: y\n\r\n')],
    ['of 40 KB', chunked(`5\r\nhello\r\n0\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`), { status: 431 }],
    ['200 of them', chunked(`5\r\nhello\r\n0\r\n${'X: y\r\n'.repeat(200)}\r\n`), { status: 431 }],
    ['an endless name', chunked(`5\r\nhello\r\n0\r\n${'X'.repeat(40_000)}`), { status: 431 }],
  ]),
  ...rows('chunks', 'clean', [
    ['one', chunked(`5\r\nhello\r\n${end}`)],
    ['none', chunked(end)],
    ['zeros before the size', chunked(`0005\r\nhello\r\n000\r\n\r\n`)],
    ['capitals', chunked(`A\r\n0123456789\r\n${end}`)],
    ['small letters', chunked(`a\r\n0123456789\r\n${end}`)],
    ['an extension', chunked(`5;a\r\nhello\r\n${end}`)],
    ['extensions with values', chunked(`5;a=b;c="d e"\r\nhello\r\n0;x=y\r\n\r\n`)],
    ['CRLF in the data', chunked(`6\r\n\r\n0\r\n\r\r\n${end}`)],
    ['a request in the data', chunked(`${smuggled.length.toString(16)}\r\n${smuggled}\r\n${end}`)],
    ['trailers', chunked('5\r\nhello\r\n0\r\nX-Checksum: y\r\nETag: "x"\r\n\r\n')],
    ['a request after the end', chunked(`5\r\nhello\r\n${end}${smuggled}`), { upstream: 2 }],
    ['2,000 chunks of one byte', chunked(`${'1\r\nx\r\n'.repeat(2000)}${end}`)],
    [
      'every size from 1 to 64',
      chunked(
        `${Array.from({ length: 64 }, (_, i) => `${(i + 1).toString(16)}\r\n${'x'.repeat(i + 1)}\r\n`).join('')}${end}`,
      ),
    ],
  ]),
  ...rows('chunks', 'refused', [
    ['no last one', chunked('5\r\nhello\r\n'), { brokenOff: true }],
    ['no end of the trailers', chunked('5\r\nhello\r\n0\r\n'), { brokenOff: true }],
    ['the client ends within one', chunked('5\r\nhel'), { brokenOff: true }],
    ['none at all', post('Transfer-Encoding: chunked\r\n', ''), { brokenOff: true }],
  ]),
]
