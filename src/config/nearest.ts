/** Edit distance with transpositions of neighbours, given up above `most`. Words of a configuration are short. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, beforeLast[j - 2]! + 1)
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}

/** Longest word that is compared: a key of a megabyte must not cost a megabyte squared. */
const longest = 200

/** The known word most like what was written, or null when none is alike. */
export function nearest(written: string, known: Iterable<string>): string | null {
  if (written.length > longest) return null
  const most = Math.max(1, Math.floor(written.length / 3))
  const lower = written.toLowerCase()
  let found: string | null = null
  let best = most + 1
  for (const word of known) {
    const apart = distance(lower, word.toLowerCase(), most)
    if (apart < best) {
      best = apart
      found = word
    }
  }
  return found
}

/** A remedy for an unknown word: the nearest one, and all of them while they fit a line. */
export function suggest(written: string, known: readonly string[], what: string): string {
  const near = nearest(written, known)
  const ask = near === null ? '' : `Did you mean \`${near}\`? `
  if (known.length === 0) return `${ask}There is no ${what} yet.`
  if (known.length > 24)
    return ask === '' ? `Write the name of one of the ${known.length} known.` : ask.trim()
  return `${ask}Known: ${known.map((word) => `\`${word}\``).join(', ')}.`
}
