import { post, request, rows, smuggled, type WireCase } from './wire-case.ts'

/** Values of `Content-Length` that are no run of digits (RFC 9110 §8.6). */
// biome-ignore format: a table with several entries a line
const lengths = [
  '', ' ', '+5', '-5', '-0', '+0', '5,5', '5, 5', '5,6', ',5', '5,', '5 5', '5\t5', '0x5', '0X5', '5h', 'a', '5a', '5.0', '5.', '.5',
  '5e0', '1e1', '5_0', '5;', '5;x', '"5"', "'5'", '5 ;x', '５'.replace('５', '\xef\xbc\x95'), '\xb2', '5\xa0', 'NaN', 'Infinity', '∞'.replace('∞', '\xe2\x88\x9e'),
  '9223372036854775808', '18446744073709551615', '18446744073709551616', '18446744073709551621', '4294967296000000000000000005',
  '1'.repeat(100), '0'.repeat(100), '99999999999999999999', '-1', '- 5', '5-', '(5)', '5 bytes', 'chunked', '0b101', '0o5', '5L', '1 0',
]

/** Values of `Transfer-Encoding` other than `chunked` alone (RFC 9112 §6.1, §7). */
// biome-ignore format: a table with several entries a line
const codings = [
  '', ' ', 'identity', 'gzip', 'deflate', 'compress', 'br', 'x', 'chunked, chunked', 'chunked,chunked', 'chunked, identity',
  'identity, chunked', 'gzip, chunked', 'chunked, gzip', 'x, chunked', ', chunked', 'chunked,', ',chunked', 'chunked, ', 'chunked;',
  'chunked;q=1', 'chunked; ext=1', 'chunked;ext', 'chunked ;', '"chunked"', "'chunked'", 'chunked chunked', 'xchunked', 'chunkedx',
  'chunke', 'chunked\x0b', '\x0bchunked', 'chunked\0', '\0chunked', 'chunked\x0c', 'chunked\xa0', '\xa0chunked', 'chunked\x7f', 'ch\xfbnked',
  'chun\x00ked', 'c hunked', 'chunked identity', 'cow', 'chunked\r\n x', '\r\n chunked', '\r\n\tchunked', 'chunked\r\n\t, identity', 'x-chunked',
  'identity;chunked', 'tfoo, chunked', 'chunked, tfoo', '%63hunked', 'chunked%20', 'chunked#', 'chunked/1', '(chunked)', '{chunked}', 'CHUNKED, x',
  '\xc4\x8bhunked', 'chun\u212aed'.replace('\u212a', '\xe2\x84\xaa'), '=chunked', 'chunked=1', 'null', 'true', '1', 'keep-alive',
]

/** Other spellings of the two names: some server reads each as the real one. */
// biome-ignore format: a table with several entries a line
const names = [
  'Content_Length', 'Content.Length', 'CONTENT_LENGTH', 'content_length', 'Content-Length ', ' Content-Length', 'Content-Length\t',
  'Content Length', 'Content-Length\x00', 'Content--Length', 'Content-Length:', 'Transfer_Encoding', 'Transfer.Encoding', 'TRANSFER_ENCODING',
  'transfer_encoding', 'Transfer Encoding', ' Transfer-Encoding', 'Transfer-Encoding ', '\tTransfer-Encoding', 'Transfer-Encoding:',
  'Transfer\u2010Encoding'.replace('\u2010', '\xe2\x80\x90'), 'Transfer\\Encoding', 'Transfer-Encoding\x0c', '"Transfer-Encoding"',
  'X: y\rTransfer-Encoding', 'X: y\nTransfer-Encoding', 'Transfer-\r\n Encoding', 'Transfer-\nEncoding', 'Transfer-Encoding\r\n ',
]

const chunk = '5\r\nhello\r\n0\r\n\r\n'
const both = (fields: string): string => post(fields, `0\r\n\r\n${smuggled}`)

/** RFC 9112 §6.3, with every doubtful form. */
export const framingCases: readonly WireCase[] = [
  ...rows(
    'Content-Length',
    'refused',
    lengths.map(
      (length) =>
        [JSON.stringify(length.slice(0, 40)), post(`Content-Length: ${length}\r\n`, 'hello')] as const,
    ),
  ),
  ...rows(
    'Transfer-Encoding',
    'refused',
    codings.map(
      (coding) => [JSON.stringify(coding), post(`Transfer-Encoding: ${coding}\r\n`, chunk)] as const,
    ),
  ),
  ...rows(
    'framing name',
    'refused',
    names
      .flatMap((name) => {
        const value = /length/i.test(name) ? '5' : 'chunked'
        return [
          [JSON.stringify(name), post(`${name}: ${value}\r\n`, value === '5' ? 'hello' : chunk)] as const,
          [
            `${JSON.stringify(name)} beside the other`,
            post(
              `${value === '5' ? 'Transfer-Encoding: chunked' : 'Content-Length: 5'}\r\n${name}: ${value}\r\n`,
              `0\r\n\r\n${smuggled}`,
            ),
          ] as const,
        ]
      })
      .filter(([name]) => !name.includes('--')),
  ),
  ...rows('two framings', 'refused', [
    ['CL TE', both('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n')],
    ['TE CL', both('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n')],
    [
      'CL of everything and TE',
      both(`Content-Length: ${5 + smuggled.length}\r\nTransfer-Encoding: chunked\r\n`),
    ],
    ['CL 0 and TE', both('Content-Length: 0\r\nTransfer-Encoding: chunked\r\n')],
    ['CL, others, TE', both('Content-Length: 5\r\nX: y\r\nTransfer-Encoding: chunked\r\n')],
    ['CL and TE identity', both('Content-Length: 5\r\nTransfer-Encoding: identity\r\n')],
    ['CL and an empty TE', both('Content-Length: 5\r\nTransfer-Encoding:\r\n')],
    [
      'CL and TE named by Connection',
      both('Connection: Transfer-Encoding\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n'),
    ],
    [
      'CL named by Connection, and TE',
      both('Connection: Content-Length\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n'),
    ],
    ['CL named by Connection', post('Connection: Content-Length\r\nContent-Length: 5\r\n', 'hello')],
    [
      'TE named by Connection',
      post('Connection: close, Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n', chunk),
    ],
    ['CL CL', post('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello')],
    ['CL CL, different', post('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!')],
    ['CL CL, 0 first', post('Content-Length: 0\r\nContent-Length: 5\r\n', 'hello')],
    ['CL CL, 0 last', post('Content-Length: 5\r\nContent-Length: 0\r\n', 'hello')],
    ['CL CL, one empty', post('Content-Length: 5\r\nContent-Length:\r\n', 'hello')],
    ['CL cl', post('Content-Length: 5\r\ncontent-length: 6\r\n', 'hello!')],
    ['CL three times', post('Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 5\r\n', 'hello')],
    ['TE TE', both('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n')],
    ['TE TE, identity first', both('Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n')],
    ['TE TE, identity last', both('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n')],
    ['TE TE, unknown last', both('Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n')],
    ['TE TE, one empty', both('Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n')],
    ['TE te', both('Transfer-Encoding: chunked\r\ntransfer-encoding: x\r\n')],
    ['TE and TE after a space', both('Transfer-Encoding: chunked\r\nTransfer-Encoding : x\r\n')],
    ['TE of several lines', both('Transfer-Encoding: x\r\n , chunked\r\n')],
    ['TE in HTTP/1.0', `POST /a HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`],
    [
      'TE and CL in HTTP/1.0',
      `POST /a HTTP/1.0\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    ],
    ['TE of a GET', request('Transfer-Encoding: chunked\r\n') + chunk],
    [
      'TE of a HEAD',
      request('Transfer-Encoding: chunked\r\n', 'HEAD /a HTTP/1.1') + chunk,
      { methods: ['HEAD'] },
    ],
    ['CL of a GET', `${request('Content-Length: 5\r\n')}hello`],
    ['CL of a GET, a request inside', `${request(`Content-Length: ${smuggled.length}\r\n`)}${smuggled}`],
    ['CL of a HEAD', `${request('Content-Length: 5\r\n', 'HEAD /a HTTP/1.1')}hello`, { methods: ['HEAD'] }],
    ['CL larger than the limit', post('Content-Length: 99999999999\r\n', 'hello'), { status: 413 }],
    ['CL just over the limit', post(`Content-Length: ${10 * 1024 * 1024 + 1}\r\n`, 'hello'), { status: 413 }],
    [
      'CL over the limit, Expect',
      post('Expect: 100-continue\r\nContent-Length: 99999999999\r\n', ''),
      { status: 413 },
    ],
    ['Expect unknown', post('Expect: 200-ok\r\nContent-Length: 5\r\n', 'hello'), { status: 417 }],
    ['Expect a list', post('Expect: 100-continue, x\r\nContent-Length: 5\r\n', 'hello'), { status: 417 }],
    ['Expect empty', post('Expect:\r\nContent-Length: 5\r\n', 'hello'), { status: 417 }],
    ['Expect alias', post('Exp_ect: x\r\nContent-Length: 5\r\n', 'hello')],
  ]),
  ...rows('framing', 'clean', [
    ['a POST without any', post('', '')],
    ['CL 0', post('Content-Length: 0\r\n', '')],
    ['CL with spaces around', post('Content-Length: \t 5 \t\r\n', 'hello')],
    ['TE in capitals', post('TRANSFER-ENCODING: CHUNKED\r\n', chunk)],
    ['TE with spaces around', post('Transfer-Encoding: \t chunked \t\r\n', chunk)],
    ['CL 0 of a GET', request('Content-Length: 0\r\n')],
    ['CL that holds a request', post(`Content-Length: ${smuggled.length}\r\n`, smuggled)],
    ['CL and a request after it', post('Content-Length: 5\r\n', `hello${smuggled}`), { upstream: 2 }],
    ['CL of a DELETE', `${request('Content-Length: 5\r\n', 'DELETE /a HTTP/1.1')}hello`],
    ['CL of an OPTIONS', `${request('Content-Length: 5\r\n', 'OPTIONS /a HTTP/1.1')}hello`],
  ]),
  ...rows('framing', 'either', [
    ['CL with leading zeros', post('Content-Length: 0005\r\n', 'hello')],
    ['Content--Length', post('Content--Length: 5\r\n', '')],
    ['TE of an OPTIONS', request('Transfer-Encoding: chunked\r\n', 'OPTIONS /a HTTP/1.1') + chunk],
    ['TE of a DELETE', request('Transfer-Encoding: chunked\r\n', 'DELETE /a HTTP/1.1') + chunk],
  ]),
  ...rows('framing', 'refused', [
    ['CL larger than what comes', post('Content-Length: 6\r\n', 'hello'), { brokenOff: true }],
    ['CL and nothing comes', post('Content-Length: 5\r\n', ''), { brokenOff: true }],
    ['a head that does not end', 'GET /a HTTP/1.1\r\nHost: localhost\r\n', { brokenOff: true }],
    ['a line that does not end', 'GET /a HTTP/1.1\r\nHost: loc', { brokenOff: true }],
  ]),
]
