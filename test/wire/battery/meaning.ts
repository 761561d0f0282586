import { get, post, request, rows, smuggled, type WireCase } from './wire-case.ts'

/** Spellings that a service reads as a field the gateway acts upon (T19, T20, D7). */
// biome-ignore format: a table with several entries a line
const aliases = [
  'X_Forwarded_For', 'X.Forwarded.For', 'X-Forwarded_For', 'x_forwarded_proto', 'X_Forwarded_Host', 'X_Real_IP', 'X_Request_Id', 'X_Api_Key',
  'X.Api.Key', 'x-api_key', 'Authoriza_tion', 'Content_Type', 'Content.Type', 'content_encoding', 'Transfer_encoding', 'Ho_st', 'H.ost',
  'Connec.tion', 'Cook_ie', 'X_Auth_User', 'X.Auth.User', 'X-Auth_User', 'Proxy_Connection', 'Keep_Alive', 'Http2.Settings', 'X_Envoy_Original_Path',
  'X_Original_URL', 'X.Rewrite.Url', '_Host', 'Host_', '.Host', 'Host.', '_', '.', 'A_', 'A.B',
]
/** Fields that `Connection` may not take away, since the gateway gives them a meaning (T18). */
// biome-ignore format: a table with several entries a line
const named = [
  'Host', 'Content-Length', 'Transfer-Encoding', 'Authorization', 'Cookie', 'X-Forwarded-For', 'X-Forwarded-Host', 'x-forwarded-proto',
  'X-Real-IP', 'Forwarded', 'X-Api-Key', 'Content-Type', 'X-Request-Id', 'X_Forwarded_For', 'traceparent', 'Origin', 'content-encoding',
  'Expect', 'Range', 'Date', 'close, X-Forwarded-For', 'keep-alive,host', 'X-Forwarded-For, close', ',,X-Real-IP',
]
/** Claims that must not arrive as the client made them (T21–T23, T28, T30). */
// biome-ignore format: a table with several entries a line
const claims = [
  'X-Forwarded-For: 6.6.6.6', 'X-Forwarded-For: 6.6.6.6, 7.7.7.7', 'X-Forwarded-Host: evil', 'X-Forwarded-Proto: http', 'X-Forwarded-Prefix: /evil',
  'X-Forwarded-Port: 666', 'X-Forwarded-Server: evil', 'X-Forwarded-Uri: /evil', 'X-Forwarded-Method: EVIL', 'X-Forwarded-User: evil',
  'Forwarded: for=6.6.6.6;host=evil', 'X-Real-IP: 6.6.6.6', 'True-Client-IP: 6.6.6.6', 'X-Client-IP: 6.6.6.6', 'CF-Connecting-IP: 6.6.6.6',
  'Client-IP: 6.6.6.6', 'X-Original-URL: /evil', 'X-Rewrite-URL: /evil', 'X-Original-Path: /evil', 'X-Original-Host: evil', 'X-Host: evil',
  'X-HTTP-Method-Override: EVIL', 'X-HTTP-Method: EVIL', 'X-Method-Override: EVIL', 'X-Envoy-Original-Path: /evil', 'X-Envoy-Internal: evil',
  'X-Remote-User: evil', 'X-Userinfo: evil', 'X-Consumer-Username: evil', 'X-Consumer-ID: evil', 'X-Middleware-Subrequest: evil', 'Proxy: evil',
  'X-Request-Id: evil', 'Keep-Alive: evil', 'Proxy-Connection: evil', 'TE: trailers, evil', 'Trailer: evil', 'Upgrade: evil', 'Upgrade: h2c',
  'HTTP2-Settings: evil', 'Proxy-Authorization: evil', 'X-Scheme: evil', 'Front-End-Https: evil', 'traceparent: evil', 'tracestate: evil=6.6.6.6',
]

/** Requests that are well formed, and mean more than they may. */
export const meaningCases: readonly WireCase[] = [
  ...rows(
    'alias',
    'refused',
    aliases.map((name) => [name, request(`${name}: evil\r\n`)] as const),
  ),
  ...rows('alias beside the real field', 'refused', [
    ['X-Forwarded-For', request('X-Forwarded-For: 1.2.3.4\r\nX_Forwarded_For: evil\r\n')],
    ['Content-Type', post('Content-Type: text/plain\r\nContent_Type: evil\r\nContent-Length: 1\r\n', 'x')],
    ['X-Api-Key', request('X-Api-Key: a\r\nX_Api_Key: evil\r\n')],
  ]),
  ...rows(
    'Connection names',
    'refused',
    named.map(
      (name) =>
        [
          name,
          request(`Connection: ${name}\r\n${name.includes(',') ? 'Y' : name === 'Host' ? 'Y' : name}: 1\r\n`),
        ] as const,
    ),
  ),
  ...rows(
    'claim',
    'clean',
    claims.map((claim) => [claim, request(`${claim}\r\n`)] as const),
  ),
  ...rows('Connection', 'clean', [
    ['names an unknown field', request('Connection: X-Evil\r\nX-Evil: evil\r\n')],
    ['close', request('Connection: close\r\n')],
    ['close, and a request after it', `${request('Connection: close\r\n')}${smuggled}`],
    ['keep-alive', request('Connection: keep-alive\r\n')],
    [
      'upgrade h2c',
      request('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'),
    ],
    ['twice', request('Connection: X-Evil\r\nConnection: close\r\nX-Evil: evil\r\n')],
    ['empty members', request('Connection: , ,close,\r\n')],
    ['what is no token', request('Connection: "close"; evil\r\n')],
  ]),
  ...rows('WebSocket', 'either', [
    [
      'upgrade without a tunnel',
      request(
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
      ),
    ],
    [
      'upgrade with early data (T51)',
      `${request('Connection: Upgrade\r\nUpgrade: websocket\r\n')}\x81\x05hello`,
    ],
    [
      'upgrade of a forbidden path (T14)',
      request('Connection: Upgrade\r\nUpgrade: websocket\r\n', 'GET /a/../b HTTP/1.1'),
      { upstream: 0 },
    ],
  ]),
  ...rows('pipeline', 'refused', [
    ['a good one and a bad one', `${get('/a')}GET / HTTP/1.1\r\n\r\n`, { upstream: 1 }],
    ['a good one and garbage', `${get('/a')}\0\0\0\0`, { upstream: 1 }],
    [
      'a POST and a byte too many',
      `${post('Content-Length: 5\r\n', 'hello')}!`,
      { upstream: 1, brokenOff: true },
    ],
    ['a POST whose body is longer', `${post('Content-Length: 4\r\n', 'hello')}${get('/b')}`, { upstream: 1 }],
    [
      'a chunked one and garbage',
      `${post('Transfer-Encoding: chunked\r\n', '0\r\n\r\n')} ${get('/b')}`,
      { upstream: 1 },
    ],
    [
      'two good ones and TE CL',
      `${get('/a')}${get('/b')}${post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `0\r\n\r\n${smuggled}`)}`,
      { upstream: 2 },
    ],
    ['a refused head and a good request', `GET / HTTP/1.1\r\nHost : x\r\n\r\n${get('/a')}`],
    ['a bad chunk and a good request', `${post('Transfer-Encoding: chunked\r\n', 'x\r\n')}${get('/a')}`],
    [
      'HTTP/1.0 and another',
      `GET /a HTTP/1.0\r\nHost: localhost\r\n\r\n${smuggled}`,
      { upstream: 1, expect: 'clean' },
    ],
  ]),
  ...rows('limit', 'refused', [
    ['101 fields (T61)', request('X: y\r\n'.repeat(100)), { status: 431 }],
    ['10,000 fields (T61)', request('X: y\r\n'.repeat(10_000)), { status: 431 }],
    ['a value of 40 KB', request(`X: ${'y'.repeat(40_000)}\r\n`), { status: 431 }],
    ['a name of 40 KB', request(`${'X'.repeat(40_000)}: y\r\n`), { status: 431 }],
    ['an endless value', `GET /a HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(200_000)}`, { status: 431 }],
    ['an endless name', `GET /a HTTP/1.1\r\nHost: localhost\r\n${'X'.repeat(200_000)}`, { status: 431 }],
    [
      'endless spaces before a value',
      `GET /a HTTP/1.1\r\nHost: localhost\r\nX:${' '.repeat(200_000)}`,
      { status: 431 },
    ],
    ['fields of 33 KB together', request(`X: ${'y'.repeat(1000)}\r\n`.repeat(33)), { status: 431 }],
    ['endless fields', `GET /a HTTP/1.1\r\nHost: localhost\r\n${'X: y\r\n'.repeat(20_000)}`, { status: 431 }],
  ]),
]
