import { get, hex, request, rows, smuggled, type WireCase } from './wire-case.ts'

const host = 'Host: localhost\r\n\r\n'
/** Request lines that RFC 9112 §3 does not generate, as they stand before their CRLF. */
const lines = [
  '', ' ', 'GET', 'GET ', 'GET /', 'GET / ', 'GET  / HTTP/1.1', 'GET /  HTTP/1.1', ' GET / HTTP/1.1', '\tGET / HTTP/1.1',
  'GET\t/ HTTP/1.1', 'GET /\tHTTP/1.1', 'GET / HTTP/1.1 ', 'GET / HTTP/1.1\t', 'GET / HTTP/1.1 x', 'GET / / HTTP/1.1',
  'GET /a b HTTP/1.1', 'GET / HTTP/1.1 HTTP/1.1', '/ HTTP/1.1', 'HTTP/1.1 200 OK', 'GET/ HTTP/1.1', 'GET /HTTP/1.1',
  'GET / HTTP', 'GET / HTTP/', 'GET / HTTP/1', 'GET / HTTP/1.', 'GET / HTTP/.1', 'GET / HTTP/1,1', 'GET / HTTP/1.1.1',
  'GET / HTTP/01.1', 'GET / HTTP/1.01', 'GET / HTTP/1.10', 'GET / HTTP/1.2', 'GET / HTTP/1.9', 'GET / HTTP/0.9',
  'GET / HTTP/0.1', 'GET / HTTP/2', 'GET / HTTP/2.0', 'GET / HTTP/3.0', 'GET / HTTP/9.9', 'GET / HTTP/11.1', 'GET / HTTP/-1.1',
  'GET / HTTP/+1.1', 'GET / HTTP/1.-1', 'GET / HTTP/1.a', 'GET / http/1.1', 'GET / Http/1.1', 'GET / HTTp/1.1', 'GET / HTTPS/1.1',
  'GET / HTP/1.1', 'GET / XHTTP/1.1', 'GET / HTTP /1.1', 'GET / HTTP/ 1.1', 'GET / HTTP/1 .1', 'GET / HTTP/1. 1',
  'GET / ICY/1.1', 'GET / RTSP/1.0', 'GET / HTTP/1.1;x', 'GET / HTTP/1.1#', 'GET / "HTTP/1.1"', 'GET / HTTP\\1.1',
  'G\xc9T / HTTP/1.1', 'GET: / HTTP/1.1', 'GE T / HTTP/1.1', 'GET, / HTTP/1.1', 'GE(T) / HTTP/1.1', 'GET@ / HTTP/1.1',
  '"GET" / HTTP/1.1', 'GET{} / HTTP/1.1', 'GET; / HTTP/1.1', '[GET] / HTTP/1.1', 'GET= / HTTP/1.1', 'GET? / HTTP/1.1',
  'GET\\ / HTTP/1.1', '\xef\xbb\xbfGET / HTTP/1.1', `${'A'.repeat(40)} / HTTP/1.1`, 'GET / HTTP/1.1\0',
  '%47ET / HTTP/1.1', // biome-ignore format: a list
]
const controls = [0x00, 0x01, 0x07, 0x08, 0x0b, 0x0c, 0x0d, 0x0e, 0x1b, 0x1f, 0x7f, 0x80, 0xa0, 0xff]

/** RFC 9112 §2.2, §2.3 and §3. */
export const requestLineCases: readonly WireCase[] = [
  ...rows('request line', 'refused', [
    ...lines.map((line): [string, string] => [JSON.stringify(line), `${line}\r\n${host}`]),
    ...controls.map((code): [string, string] => [`${hex(code)} in the method`, `G${String.fromCharCode(code)}ET / HTTP/1.1\r\n${host}`]),
    ...controls.map((code): [string, string] => [`${hex(code)} in the target`, `GET /a${String.fromCharCode(code)}b HTTP/1.1\r\n${host}`]),
    ...controls.map((code): [string, string] => [`${hex(code)} instead of the first space`, `GET${String.fromCharCode(code)}/ HTTP/1.1\r\n${host}`]),
    ...controls.map((code): [string, string] => [`${hex(code)} in the version`, `GET / HTTP/1.1${String.fromCharCode(code)}\r\n${host}`]),
    ['LF alone after it', `GET / HTTP/1.1\n${host}`],
    ['LF alone everywhere', 'GET / HTTP/1.1\nHost: localhost\n\n'],
    ['CR alone after it', `GET / HTTP/1.1\r${host}`],
    ['CR CR LF after it', `GET / HTTP/1.1\r\r\n${host}`],
    ['LF CR after it', `GET / HTTP/1.1\n\r${host}`],
    ['LF before it', `\nGET / HTTP/1.1\r\n${host}`],
    ['CR before it', `\rGET / HTTP/1.1\r\n${host}`],
    ['space and CRLF before it', ` \r\nGET / HTTP/1.1\r\n${host}`],
    ['two empty lines before it', `\r\n\r\nGET / HTTP/1.1\r\n${host}`],
    ['HTTP/0.9', 'GET /\r\n'],
    ['HTTP/0.9 with LF', 'GET /\n'],
    ['HTTP/0.9 and a smuggled request', `GET /\r\n\r\n${smuggled}`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS hello inside', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'],
    ['a PROXY line', `PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n${get('/')}`],
    ['a PROXY header, version 2', `\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c${'\0'.repeat(12)}${get('/')}`],
    ['NUL bytes', '\0\0\0\0\0\0\0\0'],
    ['a line for SSH', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['SMTP', 'EHLO localhost\r\n'],
    ['a response', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['random bytes', '\x8f\x02\xfe\x13\x9a\xcc\x00\x7f\xb1'],
  ]),
  ...rows('request line', 'refused', [
    ['longer than its limit', get(`/${'a'.repeat(9000)}`), { status: 414 }],
    ['a query longer than its limit', get(`/?${'a'.repeat(9000)}`), { status: 414 }],
    ['an endless target', `GET /${'a'.repeat(100_000)}`, { status: 414 }],
    ['an endless method', 'A'.repeat(10_000)],
    ['an endless version', `GET / HTTP/1.1${'1'.repeat(10_000)}`],
  ]),
  ...rows('methods', 'refused', [
    ['CONNECT with an authority', request('', 'CONNECT localhost:443 HTTP/1.1')],
    ['CONNECT and a tunnel at once (T51)', `${request('', 'CONNECT localhost:443 HTTP/1.1')}${smuggled}`],
    ['CONNECT with a path', request('', 'CONNECT /a HTTP/1.1')],
    ['CONNECT with an absolute target', request('', 'CONNECT https://localhost/ HTTP/1.1')],
    ['CONNECT without a target', `CONNECT HTTP/1.1\r\n${host}`],
    ['TRACE', request('', 'TRACE /a HTTP/1.1')],
    ['TRACE with a body', `${request('Content-Length: 1\r\n', 'TRACE /a HTTP/1.1')}x`],
    ['TRACK', request('', 'TRACK /a HTTP/1.1')],
    ['get', request('', 'get /a HTTP/1.1')],
    ['Get', request('', 'Get /a HTTP/1.1')],
    ['GETX', request('', 'GETX /a HTTP/1.1')],
    ['an invented method', request('', 'A!#$%&*+-.^_`|~Z /a HTTP/1.1')],
    ['DEBUG', request('', 'DEBUG /a HTTP/1.1')],
    ['PROPFIND', request('', 'PROPFIND /a HTTP/1.1')],
    ['* with GET', request('', 'GET * HTTP/1.1')],
    ['* with POST', request('Content-Length: 0\r\n', 'POST * HTTP/1.1')],
    ['PRI', request('', 'PRI /a HTTP/1.1')],
  ]),
]
