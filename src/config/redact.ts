/** Shorter values are hidden only where they stand as a word: hiding each `1` would make a message unreadable. */
const shortest = 4
const wordCharacter = /[A-Za-z0-9]/

/** Messages without the values that came from references, of which a wrong one is quoted like any other. */
export function withoutSecrets<T extends { readonly message: string; readonly remedy: string }>(
  list: readonly T[],
  secrets: ReadonlySet<string>,
): readonly T[] {
  if (secrets.size === 0) return list
  // The longest first: a secret may contain another one.
  const values = [...secrets].toSorted((a, b) => b.length - a.length)
  const clean = (text: string): string => values.reduce(hide, text)
  return list.map((one) => ({ ...one, message: clean(one.message), remedy: clean(one.remedy) }))
}

function hide(text: string, secret: string): string {
  if (secret.length >= shortest) return text.replaceAll(secret, '[secret]')
  let out = text
  for (let at = out.indexOf(secret); at >= 0; at = out.indexOf(secret, at + 1)) {
    const before = out[at - 1] ?? ' '
    const after = out[at + secret.length] ?? ' '
    if (!wordCharacter.test(before) && !wordCharacter.test(after))
      out = `${out.slice(0, at)}[secret]${out.slice(at + secret.length)}`
  }
  return out
}
