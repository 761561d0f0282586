/** What a character means to the normal form. Everything that is not listed may stand as it is. */
export const kind = {
  plain: 0,
  percent: 1,
  slash: 2,
  semicolon: 3,
  hash: 4,
  backslash: 5,
  refused: 6,
} as const

/** Kinds of the ASCII characters in a path. */
export const pathKinds: Uint8Array = kindsOf('"<>^`{|}[]?')

/** Kinds of the ASCII characters in a query: `/`, `;`, `?`, `[` and `]` are data there. */
export const queryKinds: Uint8Array = kindsOf('"<>^`{|}')
queryKinds[0x2f] = kind.plain
queryKinds[0x3b] = kind.plain

/** The unreserved characters of RFC 3986 §2.3: the same octet encoded or not. */
export const unreserved: Uint8Array = new Uint8Array(128)
for (const c of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~') {
  unreserved[c.charCodeAt(0)] = 1
}

function kindsOf(refused: string): Uint8Array {
  const kinds = new Uint8Array(128)
  for (let c = 0; c < 128; c++) if (c <= 0x20 || c === 0x7f) kinds[c] = kind.refused
  for (const c of refused) kinds[c.charCodeAt(0)] = kind.refused
  kinds[0x25] = kind.percent
  kinds[0x2f] = kind.slash
  kinds[0x3b] = kind.semicolon
  kinds[0x23] = kind.hash
  kinds[0x5c] = kind.backslash
  return kinds
}
