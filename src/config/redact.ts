/** Shorter values are hidden only where they stand as a word: hiding each `1` would make a message unreadable. */
const shortest = 4
const wordCharacter = /[A-Za-z0-9]/

/** Takes values that came from references out of text: a wrong value is quoted in a message like any other. */
export function secretCleaner(secrets: Iterable<string>): (text: string) => string {
  // The longest first: a secret may contain another one.
  const values = [...secrets].toSorted((a, b) => b.length - a.length)
  return (text) => values.reduce(hide, text)
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
