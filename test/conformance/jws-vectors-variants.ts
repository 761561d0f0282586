import { createHmac } from 'node:crypto'
import type { Algorithm } from '../../src/engines/jwt/algorithms.ts'
import {
  base64url,
  goodClaims,
  headerOf,
  type Signer,
  signers,
  signText,
  signValues,
  tokenOf,
} from '../../src/engines/jwt/harness.test.ts'

/** A forged or misspelt token, which has to be refused. */
export interface Variant {
  readonly name: string
  readonly text: string
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** What lenient decoders skip, read as another character, or end at. */
const strangers = [
  '=',
  '==',
  '+',
  '/',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\0',
  '?',
  '%3D',
  '.',
  'é',
  '\u0141',
  '\ufeff',
  '，',
]

/** Orders of the curves (FIPS 186-5, SEC 2), as bytes of one half of a signature. */
const orders: Partial<Record<Algorithm, string>> = {
  ES256: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  ES384: 'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ES512: `01ff${'ff'.repeat(31)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`,
}

/** Every variant of a good token that `signer` made. */
export function* variantsOf(signer: Signer): Generator<Variant> {
  yield* spellings(tokenOf(signer))
  yield* structures(tokenOf(signer))
  yield* unsigned(signer)
  yield* confusions(signer)
  yield* headers(signer)
  yield* duplicates(signer)
  yield* encodings(signer)
  yield* signatures(signer)
}

/** The same bytes in another spelling: the signature is right, the text is not. */
function* spellings(token: string): Generator<Variant> {
  const parts = token.split('.')
  for (const [at, part] of parts.entries()) {
    const withPart = (text: string): string => parts.with(at, text).join('.')
    for (const stranger of strangers) {
      for (const place of [0, part.length >> 1, part.length]) {
        const text = withPart(part.slice(0, place) + stranger + part.slice(place))
        yield { name: `${JSON.stringify(stranger)} in part ${at} at ${place}`, text }
      }
    }
    // All spellings of the last character that differ in the bits left over, or in more.
    for (const last of alphabet.replace(part.at(-1) ?? '', ''))
      yield { name: `last character of part ${at} is ${last}`, text: withPart(part.slice(0, -1) + last) }
    yield { name: `standard alphabet in part ${at}`, text: withPart(`${part.slice(0, -2)}+/`) }
  }
}

function* structures(token: string): Generator<Variant> {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const shapes = [
    '',
    '.',
    '..',
    '...',
    '....',
    header,
    `${header}.${claims}`,
    `${header}.${claims}.`,
    `.${claims}.${signature}`,
    `${header}..${signature}`,
    `${claims}.${header}.${signature}`,
    `${header}.${signature}.${claims}`,
    `${signature}.${claims}.${header}`,
    `${token}.`,
    `.${token}`,
    `${token}.${signature}`,
    `${token}..`,
    ` ${token}`,
    `${token} `,
    `${token}\n`,
    `Bearer ${token}`,
    `${token},${token}`,
    `${header}.${claims}.${signature}${signature}`,
    JSON.stringify({ protected: header, payload: claims, signature }),
    JSON.stringify({ payload: claims, signatures: [{ protected: header, signature }] }),
  ]
  for (const text of shapes) yield { name: `shape ${text.slice(0, 20)}`, text }
  for (let length = 1; length < token.length; length += 7)
    yield { name: `truncated to ${length}`, text: token.slice(0, length) }
}

/** `none`, in every spelling of case and with every signature (RFC 8725 §2.1). */
function* unsigned(signer: Signer): Generator<Variant> {
  const real = tokenOf(signer).split('.')[2] ?? ''
  for (let mask = 0; mask < 16; mask++) {
    const none = [...'none'].map((letter, at) => (mask & (1 << at) ? letter.toUpperCase() : letter)).join('')
    for (const alg of [none, ` ${none}`, `${none}\0`]) {
      const [header, claims] = signValues({ ...headerOf(signer), alg }, goodClaims, signer).split('.')
      for (const signature of ['', real, 'AA'])
        yield { name: `alg ${JSON.stringify(alg)}`, text: `${header}.${claims}.${signature}` }
    }
  }
}

/** HMAC with what is public as the secret (CVE-2015-9235), and the header of another algorithm on a right signature. */
function* confusions(signer: Signer): Generator<Variant> {
  const secrets: (string | Buffer)[] = ['', signer.algorithm, JSON.stringify(signer.publicJwk)]
  if (signer.publicKey !== null) {
    const { publicKey } = signer
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    const der = publicKey.export({ format: 'der', type: 'spki' })
    const { kid: _kid, alg: _alg, use: _use, ...bare } = signer.publicJwk
    secrets.push(pem, pem.trimEnd(), pem.replaceAll('\n', '\r\n'), der, der.toString('base64'))
    secrets.push(JSON.stringify(bare), JSON.stringify({ keys: [signer.publicJwk] }))
    if (publicKey.asymmetricKeyType === 'rsa')
      secrets.push(
        publicKey.export({ format: 'pem', type: 'pkcs1' }),
        publicKey.export({ format: 'der', type: 'pkcs1' }),
      )
    for (const member of ['n', 'x', 'y']) {
      const value = signer.publicJwk[member]
      if (typeof value === 'string') secrets.push(value, Buffer.from(value, 'base64url'))
    }
  }
  for (const [at, secret] of secrets.entries()) {
    for (const [alg, hash] of [
      ['HS256', 'sha256'],
      ['HS384', 'sha384'],
      ['HS512', 'sha512'],
    ] as const) {
      const forger: Signer = { ...signer, sign: (input) => createHmac(hash, secret).update(input).digest() }
      for (const kid of [signer.algorithm, alg, undefined])
        yield {
          name: `${alg} with public secret ${at}`,
          text: signValues({ ...headerOf(signer), alg, kid }, goodClaims, forger),
        }
    }
  }
  for (const other of Object.values(signers)) {
    if (isTwin(other.algorithm, signer.algorithm)) continue
    const header = { ...headerOf(signer), alg: other.algorithm }
    yield { name: `says ${other.algorithm}, own signature`, text: signValues(header, goodClaims, signer) }
    yield { name: `signed by ${other.algorithm}`, text: signValues(headerOf(signer), goodClaims, other) }
    yield { name: `all of ${other.algorithm}, own kid`, text: signValues(header, goodClaims, other) }
  }
  const spellings = [signer.algorithm.toLowerCase(), `${signer.algorithm} `, `${signer.algorithm}\0`, '']
  for (const alg of [
    ...spellings,
    'A128GCM',
    'PBES2-HS256+A128KW',
    'constructor',
    '__proto__',
    1,
    null,
    [signer.algorithm],
    {},
  ]) {
    if (alg !== signer.algorithm)
      yield {
        name: `alg ${JSON.stringify(alg)}`,
        text: signValues({ ...headerOf(signer), alg }, goodClaims, signer),
      }
  }
}

/** Two names of one algorithm. */
const isTwin = (one: Algorithm, other: Algorithm): boolean =>
  one === other ||
  (signers[one].publicJwk['crv'] === 'Ed25519' && signers[other].publicJwk['crv'] === 'Ed25519')

/** Headers that bring their own key, choose a file or a statement as key, or ask for what is not understood. */
function* headers(signer: Signer): Generator<Variant> {
  const forger = forgerOf(signer)
  const { publicJwk: jwk } = forger
  const address = 'https://attacker.example/keys.json'
  const own = [
    { jwk },
    { jku: address },
    { x5u: address },
    { x5c: ['MIIB'] },
    { jwk, jku: address, kid: jwk['kid'] },
  ]
  for (const extra of own)
    yield {
      name: `brings ${Object.keys(extra)}`,
      text: tokenOf(forger, {}, { ...extra, kid: signer.algorithm }),
    }
  for (const kid of [
    '../../dev/null',
    '/dev/null',
    "' OR '1'='1",
    'x\0y',
    '',
    'a'.repeat(257),
    `${signer.algorithm} `,
    '__proto__',
    0,
    null,
    [],
    {},
    ['x'],
  ])
    yield { name: `kid ${JSON.stringify(kid)?.slice(0, 20)}`, text: tokenOf(signer, {}, { kid }) }
  const demands = [
    { crit: ['exp'] },
    { crit: [] },
    { crit: ['b64'], b64: false },
    { b64: false },
    { b64: true },
    { zip: 'DEF' },
    { crit: null },
    { typ: 1 },
    { typ: '' },
    { typ: 'dpop+jwt' },
    { typ: 'logout+jwt' },
    { typ: 'JWE' },
  ]
  for (const extra of demands)
    yield { name: `header ${JSON.stringify(extra)}`, text: tokenOf(signer, {}, extra) }
  const b64 = `${base64url(JSON.stringify({ ...headerOf(signer), b64: false, crit: ['b64'] }))}.${JSON.stringify(goodClaims)}`
  yield { name: 'claims in clear (RFC 7797)', text: `${b64}.${base64url(signer.sign(b64))}` }
  yield {
    name: 'nested',
    text: signText(JSON.stringify({ ...headerOf(signer), cty: 'JWT' }), tokenOf(signer), signer),
  }
}

/** Another key of the same kind, under the same name. */
function forgerOf(signer: Signer): Signer {
  const other = Object.values(signers).find(({ algorithm }) => !isTwin(algorithm, signer.algorithm)) ?? signer
  return { ...other, algorithm: signer.algorithm }
}

/** A member twice: readers differ in which one counts. */
function* duplicates(signer: Signer): Generator<Variant> {
  const header = JSON.stringify(headerOf(signer))
  const claims = JSON.stringify(goodClaims)
  for (const [name, value] of Object.entries(headerOf(signer))) {
    for (const twin of [
      JSON.stringify(name),
      `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}"`,
    ])
      yield {
        name: `header ${twin} twice`,
        text: signText(`{${twin}:${JSON.stringify(value)},${header.slice(1)}`, claims, signer),
      }
  }
  for (const [name, value] of Object.entries(goodClaims)) {
    for (const twin of [
      JSON.stringify(name),
      `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}"`,
    ])
      yield {
        name: `claim ${twin} twice`,
        text: signText(header, `{${twin}:${JSON.stringify(value)},${claims.slice(1)}`, signer),
      }
  }
  yield { name: 'deep duplicate', text: signText(header, `{"a":[{"b":1,"b":1}],${claims.slice(1)}`, signer) }
}

/** Claims and headers that are not one strict JSON object, rightly signed. */
function* encodings(signer: Signer): Generator<Variant> {
  const header = JSON.stringify(headerOf(signer))
  const claims = JSON.stringify(goodClaims)
  const wrap = (text: string): readonly (string | Buffer)[] => [
    `\ufeff${text}`,
    Buffer.from(text, 'utf16le'),
    Buffer.concat([Buffer.from([0xc0, 0xa2]), Buffer.from(text)]),
    `${text}\0`,
    `${text},`,
    `${text}${text}`,
    `[${text}]`,
    JSON.stringify(text),
    text.slice(0, -1),
    `${text.slice(0, -1)},}`,
    `${text.slice(0, -1)},"x":"\\ud800"}`,
    `${text.slice(0, -1)},"\\udc00":1}`,
    Buffer.from(`${text.slice(0, -1)},"x":"\xff"}`, 'latin1'),
    `${text.slice(0, -1)},"x":NaN}`,
    `${text.slice(0, -1)},"x":1e999}`,
    `${text.slice(0, -1)},"x":01}`,
    `${text.slice(0, -1)},"x":9007199254740993}`,
    `${text.slice(0, -1)},"x":${'['.repeat(20)}${']'.repeat(20)}}`,
    text.replaceAll('"', "'"),
    `/**/${text}`,
    'null',
    '',
    '{}',
  ]
  for (const [at, text] of wrap(header).entries())
    yield { name: `header as ${at}`, text: signText(text, claims, signer) }
  for (const [at, text] of wrap(claims).entries())
    yield { name: `claims as ${at}`, text: signText(header, text, signer) }
}

/** Signatures of the wrong length or from the edges of their ranges. */
function* signatures(signer: Signer): Generator<Variant> {
  const input = tokenOf(signer).split('.').slice(0, 2).join('.')
  const right = signer.sign(input)
  const forged: Buffer[] = [
    Buffer.alloc(right.length),
    Buffer.alloc(right.length, 255),
    Buffer.alloc(1),
    right.subarray(1),
    right.subarray(0, -1),
    Buffer.concat([Buffer.from([0]), right]),
    Buffer.concat([right, Buffer.from([0])]),
    Buffer.concat([right, right]),
    Buffer.from(right).reverse(),
  ]
  const order = orders[signer.algorithm]
  if (order !== undefined) {
    const half = right.length / 2
    const n = Buffer.from(order.padStart(half * 2, '0'), 'hex')
    const zero = Buffer.alloc(half)
    const one = Buffer.from(zero).fill(1, half - 1)
    const [r, s] = [right.subarray(0, half), right.subarray(half)]
    const beyond = Buffer.from(n).fill((n.at(-1) ?? 0) + 1, half - 1)
    for (const a of [zero, one, n, beyond, r]) {
      for (const b of [zero, one, n, beyond, s]) if (a !== r || b !== s) forged.push(Buffer.concat([a, b]))
    }
    forged.push(Buffer.concat([s, r]), derOf(r, s))
  }
  for (const [at, signature] of forged.entries())
    yield { name: `signature ${at}`, text: `${input}.${base64url(signature)}` }
}

/** DER, as TLS libraries write ECDSA signatures, where JOSE wants two halves. */
function derOf(r: Buffer, s: Buffer): Buffer {
  const integer = (half: Buffer): Buffer => Buffer.concat([Buffer.from([2, half.length + 1, 0]), half])
  const content = Buffer.concat([integer(r), integer(s)])
  return Buffer.concat([Buffer.from([0x30, content.length]), content])
}
