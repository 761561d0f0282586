import { now } from './harness.test.ts'
import type { TokenRules } from './rules.ts'

/**
 * S6: every rule × absent, each wrong type, wrong values, right values, twice, wrong encoding. Every row is one token,
 * rightly signed, so that nothing but the rule can refuse it.
 */
export interface Row {
  /** The claim, or `header.` and the member. */
  readonly name: string
  readonly rules?: Partial<TokenRules>
  /** The verdict on a token without it. */
  readonly absent: string
  /** The verdict on a value of another type; types listed in `values` are not repeated. */
  readonly wrongType: string
  /** Values, and the verdict on each. */
  readonly values: readonly (readonly [unknown, string])[]
}

const long = 'x'.repeat(2049)
const at = { rfc9068: true }
/** What every text claim has in common. */
const texts = (good: string): Row['values'] => [
  [good, 'ok'],
  ['', 'CLAIM_INVALID'],
  [long, 'CLAIM_INVALID'],
]
/** What every time claim has in common. */
const times: Row['values'] = [
  [-1, 'CLAIM_INVALID'],
  [-1e-9, 'CLAIM_INVALID'],
  [String(now), 'CLAIM_INVALID'],
  [[now], 'CLAIM_INVALID'],
  [`${now}.0`, 'CLAIM_INVALID'],
]

export const rows: readonly Row[] = [
  {
    name: 'iss',
    absent: 'CLAIM_MISSING',
    wrongType: 'CLAIM_INVALID',
    values: [
      ...texts('https://id.example.com'),
      ...[
        'https://id.example.com/',
        'https://ID.example.com',
        'http://id.example.com',
        'https://id.example.com ',
        'https://id.example.com\0',
        'https://id.example.co',
        'id.example.com',
        '*',
        '__proto__',
      ].map((value) => [value, value.includes('\0') ? 'TOKEN_MALFORMED' : 'ISSUER_WRONG'] as const),
      [['https://id.example.com'], 'CLAIM_INVALID'],
    ],
  },
  {
    name: 'exp',
    absent: 'CLAIM_MISSING',
    wrongType: 'CLAIM_INVALID',
    values: [
      ...times,
      [now + 1, 'ok'],
      [now, 'ok'],
      [now - 29, 'ok'],
      [now - 29.5, 'ok'],
      [now - 30, 'EXPIRED'],
      [now - 31, 'EXPIRED'],
      [0, 'EXPIRED'],
      [1e300, 'ok'],
      [(now + 10) / 1000, 'EXPIRED'],
    ],
  },
  {
    name: 'nbf',
    absent: 'ok',
    wrongType: 'CLAIM_INVALID',
    values: [
      ...times,
      [0, 'ok'],
      [now, 'ok'],
      [now + 30, 'ok'],
      [now + 30.5, 'NOT_YET_VALID'],
      [now + 31, 'NOT_YET_VALID'],
      [1e300, 'NOT_YET_VALID'],
    ],
  },
  {
    name: 'iat',
    absent: 'ok',
    wrongType: 'CLAIM_INVALID',
    values: [
      ...times,
      [0, 'ok'],
      [now, 'ok'],
      [now + 30, 'ok'],
      [now + 31, 'NOT_YET_VALID'],
      [now * 1000, 'NOT_YET_VALID'],
    ],
  },
  {
    name: 'iat',
    rules: { maxLifetimeSeconds: 600 },
    absent: 'CLAIM_MISSING',
    wrongType: 'CLAIM_INVALID',
    values: [...times, [now - 300, 'ok'], [now - 301, 'LIFETIME_TOO_LONG'], [0, 'LIFETIME_TOO_LONG']],
  },
  {
    name: 'exp',
    rules: { maxLifetimeSeconds: 600 },
    absent: 'CLAIM_MISSING',
    wrongType: 'CLAIM_INVALID',
    values: [...times, [now + 540, 'ok'], [now + 541, 'LIFETIME_TOO_LONG'], [1e300, 'LIFETIME_TOO_LONG']],
  },
  {
    name: 'aud',
    absent: 'CLAIM_MISSING',
    wrongType: 'CLAIM_INVALID',
    values: [
      ...texts('orders'),
      [['orders'], 'ok'],
      [['account', 'orders'], 'ok'],
      ['account', 'AUDIENCE_WRONG'],
      ['order', 'AUDIENCE_WRONG'],
      ['orders ', 'AUDIENCE_WRONG'],
      ['Orders', 'AUDIENCE_WRONG'],
      ['orders,account', 'AUDIENCE_WRONG'],
      [['account'], 'AUDIENCE_WRONG'],
      [[], 'CLAIM_INVALID'],
      [[''], 'CLAIM_INVALID'],
      [['orders', 1], 'CLAIM_INVALID'],
      [['orders', null], 'CLAIM_INVALID'],
      [['orders', ['orders']], 'CLAIM_INVALID'],
      [[['orders']], 'CLAIM_INVALID'],
      [['orders', long], 'CLAIM_INVALID'],
      [{ orders: true }, 'CLAIM_INVALID'],
      [{ 0: 'orders', length: 1 }, 'CLAIM_INVALID'],
    ],
  },
  {
    name: 'client_id',
    rules: { audiences: null, clientIds: ['shop'] },
    absent: 'CLAIM_MISSING',
    wrongType: 'CLAIM_INVALID',
    values: [
      ...texts('shop'),
      ['Shop', 'CLIENT_WRONG'],
      ['shop ', 'CLIENT_WRONG'],
      [['shop'], 'CLAIM_INVALID'],
    ],
  },
  {
    name: 'client_id',
    rules: { clientIds: ['shop'] },
    absent: 'CLAIM_MISSING',
    wrongType: 'CLAIM_INVALID',
    values: [...texts('shop'), ['other', 'CLIENT_WRONG']],
  },
  { name: 'sub', absent: 'ok', wrongType: 'CLAIM_INVALID', values: texts('anyone') },
  { name: 'jti', absent: 'ok', wrongType: 'CLAIM_INVALID', values: texts('b2') },
  { name: 'azp', absent: 'ok', wrongType: 'CLAIM_INVALID', values: texts('shop') },
  { name: 'client_id', absent: 'ok', wrongType: 'CLAIM_INVALID', values: texts('anything') },
  {
    name: 'tenant',
    rules: { requiredClaims: ['tenant'] },
    absent: 'CLAIM_MISSING',
    wrongType: 'ok',
    values: [
      ['t1', 'ok'],
      ['', 'CLAIM_MISSING'],
      [null, 'CLAIM_MISSING'],
    ],
  },
  {
    name: '__proto__',
    rules: { requiredClaims: ['__proto__'] },
    absent: 'CLAIM_MISSING',
    wrongType: 'ok',
    values: [[null, 'CLAIM_MISSING']],
  },
  {
    name: 'constructor',
    rules: { requiredClaims: ['constructor'] },
    absent: 'CLAIM_MISSING',
    wrongType: 'ok',
    values: [[null, 'CLAIM_MISSING']],
  },
  ...['sub', 'jti', 'client_id'].map(
    (name): Row => ({
      name,
      rules: at,
      absent: 'CLAIM_MISSING',
      wrongType: 'CLAIM_INVALID',
      values: texts('a'),
    }),
  ),
  { name: 'iat', rules: at, absent: 'CLAIM_MISSING', wrongType: 'CLAIM_INVALID', values: times },
  { name: 'exp', rules: at, absent: 'CLAIM_MISSING', wrongType: 'CLAIM_INVALID', values: times },
  {
    name: 'iss',
    rules: at,
    absent: 'CLAIM_MISSING',
    wrongType: 'CLAIM_INVALID',
    values: texts('https://id.example.com'),
  },
  { name: 'aud', rules: at, absent: 'CLAIM_MISSING', wrongType: 'CLAIM_INVALID', values: texts('orders') },
  {
    name: 'header.typ',
    absent: 'ok',
    wrongType: 'TOKEN_MALFORMED',
    values: [
      ['JWT', 'ok'],
      ['jwt', 'ok'],
      ['application/jwt', 'ok'],
      ['APPLICATION/JWT', 'ok'],
      ['', 'TOKEN_MALFORMED'],
      ...[
        'at+jwt',
        'dpop+jwt',
        'logout+jwt',
        'JOSE',
        'JWT ',
        'text/jwt',
        'application/',
        'application/jwt/x',
        'application/application/jwt',
        long,
      ].map((value) => [value, 'TYPE_WRONG'] as const),
    ],
  },
  {
    name: 'header.typ',
    rules: { types: ['at+jwt', 'Application/Other+JWT'] },
    absent: 'TYPE_WRONG',
    wrongType: 'TOKEN_MALFORMED',
    values: [
      ['at+jwt', 'ok'],
      ['AT+JWT', 'ok'],
      ['application/at+jwt', 'ok'],
      ['other+jwt', 'ok'],
      ['JWT', 'TYPE_WRONG'],
      ['application/', 'TYPE_WRONG'],
    ],
  },
  {
    name: 'header.typ',
    rules: { types: ['text/jwt', 'at+jwt'] },
    absent: 'TYPE_WRONG',
    wrongType: 'TOKEN_MALFORMED',
    values: [
      ['text/jwt', 'ok'],
      ['application/text/jwt', 'TYPE_WRONG'],
    ],
  },
  {
    name: 'header.typ',
    rules: { types: ['', 'at+jwt'] },
    absent: 'ok',
    wrongType: 'TOKEN_MALFORMED',
    values: [
      ['at+jwt', 'ok'],
      ['JWT', 'TYPE_WRONG'],
      ['', 'TOKEN_MALFORMED'],
      ['application/', 'TYPE_WRONG'],
    ],
  },
  {
    name: 'header.typ',
    rules: { rfc9068: true, types: ['jwt'] },
    absent: 'TYPE_WRONG',
    wrongType: 'TOKEN_MALFORMED',
    values: [
      ['at+jwt', 'ok'],
      ['application/at+jwt', 'ok'],
      ['At+Jwt', 'ok'],
      ['JWT', 'TYPE_WRONG'],
      ['at+jwt;x', 'TYPE_WRONG'],
    ],
  },
  {
    name: 'header.kid',
    absent: 'ok',
    wrongType: 'TOKEN_MALFORMED',
    values: [
      ['other', 'KEY_UNKNOWN'],
      ['', 'TOKEN_MALFORMED'],
      ['x'.repeat(256), 'KEY_UNKNOWN'],
      ['x'.repeat(257), 'TOKEN_MALFORMED'],
      ['a\nb', 'TOKEN_MALFORMED'],
      ['é', 'TOKEN_MALFORMED'],
      ['../../key', 'KEY_UNKNOWN'],
      ['__proto__', 'KEY_UNKNOWN'],
    ],
  },
  {
    name: 'header.alg',
    absent: 'TOKEN_MALFORMED',
    wrongType: 'TOKEN_MALFORMED',
    values: [
      'none',
      'None',
      'nonE',
      'NONE',
      '',
      'XS256',
      'rs256',
      'HS1',
      'constructor',
      '__proto__',
      long,
    ].map((value) => [value, 'ALGORITHM_REFUSED'] as const),
  },
  ...['crit', 'b64', 'zip'].map(
    (name): Row => ({
      name: `header.${name}`,
      absent: 'ok',
      wrongType: 'EXTENSION_REFUSED',
      values: [
        ['DEF', 'EXTENSION_REFUSED'],
        [['exp'], 'EXTENSION_REFUSED'],
        [[], 'EXTENSION_REFUSED'],
      ],
    }),
  ),
  ...['jku', 'x5u', 'jwk', 'x5c', 'x5t', 'cty', 'p2c', 'iss'].map(
    (name): Row => ({
      name: `header.${name}`,
      absent: 'ok',
      wrongType: 'ok',
      values: [['https://attacker.example', 'ok']],
    }),
  ),
]
