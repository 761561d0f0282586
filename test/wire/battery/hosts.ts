import { rows, type WireCase } from './wire-case.ts'

/** Values of `Host` that are no authority of this server (RFC 9110 §7.2, RFC 3986 §3.2.2). */
// biome-ignore format: a table with several entries a line
const hosts = [
  '', ' ', 'local host', 'localhost localhost', 'localhost, localhost', 'localhost,other', 'other', 'localhost.other', 'other:443',
  'localhost:', 'localhost:0', 'localhost:65536', 'localhost:99999', 'localhost:443a', 'localhost:+443', 'localhost:-1', 'localhost: 443',
  'localhost:443:443', 'localhost:443@other', 'localhost@other', 'other@localhost', 'user:pw@localhost', 'localhost/', 'localhost/a',
  '/localhost', 'http://localhost', 'https://localhost', 'localhost?x', 'localhost#x', 'localhost\\x', 'local\\host', 'localhost%00',
  'local%68ost', '%6c', 'localhost%2eother', 'localhost;x', 'localhost"', "localhost'", 'localhost<', 'localhost|', 'local^host',
  'localhost`', 'localhost{}', '[::1', '::1', ']', '[]', '[]:443', '[::1]x', '[::1]:', '[localhost]', '[::g]', '[::1%25eth0]', '[v1.a]',
  '.localhost', '.', '..', 'localhost..', 'local..host', 'localhost:443,other', '*', '*.localhost', 'local\xe9host', '\xff',
  'localhost\tx', '0', '2130706433', '0x7f.1', '127.1', `${'a'.repeat(300)}`, 'localhost:443 ; x', '"localhost"',
  '(localhost)', 'localhost=', 'localhost&', 'localhost+', 'localhost~', 'localhost!', '-', '_', 'localhost_', 'xn--', 'LOCALHOST.other',
]

const line = 'GET /a HTTP/1.1\r\n'

/** RFC 9112 §3.2: one authority, however often it is named. */
export const hostCases: readonly WireCase[] = [
  ...rows(
    'host',
    'refused',
    hosts.map((host) => [JSON.stringify(host.slice(0, 40)), `${line}Host: ${host}\r\n\r\n`] as const),
  ),
  ...rows('host', 'refused', [
    ['none', `${line}\r\n`, { status: 400 }],
    ['none, other fields', `${line}X: y\r\n\r\n`, { status: 400 }],
    ['twice', `${line}Host: localhost\r\nHost: localhost\r\n\r\n`, { status: 400 }],
    ['twice, different', `${line}Host: localhost\r\nHost: other\r\n\r\n`, { status: 400 }],
    ['twice, different case of the name', `${line}Host: localhost\r\nHOST: other\r\n\r\n`, { status: 400 }],
    ['twice, apart', `${line}Host: localhost\r\nX: y\r\nhost: localhost\r\n\r\n`, { status: 400 }],
    ['twice, one empty', `${line}Host: localhost\r\nHost:\r\n\r\n`, { status: 400 }],
    ['three times', `${line}Host: a\r\nHost: b\r\nHost: localhost\r\n\r\n`, { status: 400 }],
    ['another than the certificate', `${line}Host: example.com\r\n\r\n`, { status: 421 }],
    ['contradicts the absolute target', 'GET https://localhost/a HTTP/1.1\r\nHost: other\r\n\r\n'],
    ['empty with an absolute target', 'GET https://localhost/a HTTP/1.1\r\nHost:\r\n\r\n'],
    ['none with an absolute target', 'GET https://localhost/a HTTP/1.1\r\n\r\n'],
    [
      'another port than the absolute target',
      'GET https://localhost:444/a HTTP/1.1\r\nHost: localhost\r\n\r\n',
    ],
    ['folded', `${line}Host:\r\n localhost\r\n\r\n`],
    [
      'as a trailer alone',
      'POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: localhost\r\n\r\n',
    ],
    ['alias H_ost', `${line}H_ost: localhost\r\n\r\n`],
  ]),
  ...rows('host', 'clean', [
    ['in capitals', `${line}HOST: LOCALHOST\r\n\r\n`],
    ['with spaces around it', `${line}Host: \t localhost \t \r\n\r\n`],
    ['without a space', `${line}Host:localhost\r\n\r\n`],
    ['with the standard port', `${line}Host: localhost:443\r\n\r\n`],
    ['with another port', `${line}Host: localhost:8443\r\n\r\n`],
    ['with a dot at its end', `${line}Host: localhost.\r\n\r\n`],
    ['an address', `${line}Host: 127.0.0.1\r\n\r\n`],
    ['the last field', `${line}X: y\r\nHost: localhost\r\n\r\n`],
  ]),
  ...rows('host', 'either', [['none with HTTP/1.0', 'GET /a HTTP/1.0\r\n\r\n']]),
]
