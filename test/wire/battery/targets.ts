import { get, hex, request, rows, type WireCase } from './wire-case.ts'

/** Paths that two servers read in two ways (T1–T16, RFC 3986 §6). Each comes as `GET <path>`. */
// biome-ignore format: a table with several entries a line
const paths = [
  '/public/../admin', '/..', '/.', '/./', '/../', '/a/..', '/a/.', '/a/./b', '/a/%2e%2e/b', '/a/%2E./b', '/a/.%2e/b',
  '/%2e', '/%2e%2e', '/x%2F..%2Fadmin', '/x%2f..%2fadmin', '/x%5C..%5Cadmin', '/x%5cadmin', '/..%2fadmin', '/..%5cadmin',
  '/a%2Fb', '/admin%2F', '/%2Fadmin', '/%2f%2fadmin', '/a\\b', '/\\admin', '/a\\..\\b', '//admin/x', '//localhost/admin',
  '///a', '/a//b', '/a//', '/a///../b', '/a;x=1', '/admin;x=1/a', '/a;x/../admin', '/a/..;/b', '/a/..;x=1/b', '/a/.;/b',
  '/;a', '/a%3Bx', '/a/..%3b/b', '/a/%2e%2e;/b', '/admin#foo', '/#', '/a?b#c', '/a%', '/a%2', '/a%zz', '/a%u002e', '/a%%32',
  '/%252e%252e/', '/%252e', '/%25252e', '/a%252fb', '/a%255cb', '/%c0%ae%c0%ae/', '/%c0%af', '/%e0%80%af', '/%f0%80%80%af',
  '/%c1%1c', '/%ed%a0%80', '/%f5%80%80%80', '/%ff', '/%80', '/%c3', '/%c3%28', '/%00', '/a%00.html', '/a%0d%0aX:%20y',
  '/a%0a', '/a%09', '/a%1f', '/a%7f', '/a"b', '/a<b>', '/a^b', '/a`b', '/{a}', '/a|b', '/[a]', '/a?%00', '/a?%zz', '/a?%c0%af',
  '/a?b=%', '/..%23', '/%2f..%23', '/..%3f', '/a/..%00/b', '/a%2f%2e%2e', '/.%3b/a', '/a/%2e%2f', '/a%2f..;/b',
]

/** Targets that are no path of this server (RFC 9112 §3.2). */
// biome-ignore format: a table with several entries a line
const foreign = [
  'a', 'a/b', '?a', '#a', '.', '..', '%2fa', '\\a', '@localhost/', 'localhost', 'localhost:443', 'localhost/a', ':443', '::1',
  '[::1]:443', 'http:', 'http:/a', 'http:///a', 'http://', 'https://', 'https:///a', 'https:a', 'http:localhost/', '://localhost/',
  'http://other/', 'https://other/', 'https://localhost@other/', 'https://user@localhost/', 'https://user:pw@localhost/',
  'https://localhost:pw@other/', 'https://localhost:0/', 'https://localhost:99999/', 'https://localhost:44a/', 'https://localhost:/',
  'https://localhost:-1/', 'https://local%68ost/', 'https://localhost\\@other/', 'https://localhost#@other/', 'https://localhost%00/',
  'https://localhost%2f/', 'https://other%2f@localhost/', 'https://[::1/', 'https://]/', 'https://localhost//admin',
  'https://localhost/a/../b', 'https://localhost/%2e%2e/b', 'https://localhost/a#b', 'https://localhost/a;b', 'https://localhost\\a',
  'https://localhost/\\a', 'http://localhost/a', 'HTTP://localhost/a', 'ftp://localhost/', 'file:///etc/passwd', 'ws://localhost/a',
  'wss://localhost/a', 'gopher://localhost/', 'javascript:alert(1)', 'data:,x', 'h2c://localhost/', 'https//localhost/',
  'https:\\\\localhost\\a', 'https:/\\localhost/', 'httpss://localhost/', ' https://localhost/', '/https://localhost//a',
  '**', '*/', '/*/../a', '*?a', '*#', '\xe9', '/\xe9', '/\xff\xfe', '/a\xc3\xa9',
]

/** RFC 9112 §3.2 and RFC 3986. */
export const targetCases: readonly WireCase[] = [
  ...rows(
    'path',
    'refused',
    paths.map((path) => [JSON.stringify(path), get(path)] as const),
  ),
  ...rows(
    'target',
    'refused',
    foreign.map((target) => [JSON.stringify(target), get(target)] as const),
  ),
  ...rows('target', 'either', [
    ['OPTIONS *', request('', 'OPTIONS * HTTP/1.1')],
    ['OPTIONS of an absolute target without a path', request('', 'OPTIONS https://localhost HTTP/1.1')],
    ['absolute target with a query and no path', get('https://localhost?a=b')],
    ['absolute target with its port', get('https://localhost:443/a')],
    ['dots that are no segments', get('/.../..a/a..')],
    ['a percent sign of a percent sign', get('/100%25')],
    ['a question mark in the query', get('/a??b')],
    ['slashes and dots in the query', get('/a?../..//;#'.replace('#', ''))],
    ['encoded controls in the query', get('/a?x=%0d%0a')],
    ['an address in the query', get('/a?u=http://other/../x')],
    ...[0x20, 0x22, 0x3c, 0x3e, 0x5b, 0x5d, 0x5e, 0x60, 0x7b, 0x7c, 0x7d].map(
      (code) => [`${hex(code)} encoded`, get(`/a%${code.toString(16)}b`)] as const,
    ),
    ...['"', '<', '>', '^', '`', '{', '}', '|', '\\', '[', ']'].map(
      (c) => [`${c} in the query`, get(`/a?b=${c}`)] as const,
    ),
  ]),
]
