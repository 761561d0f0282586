/** Times that a path is decoded: services that decode twice exist, and a third time costs nothing. */
const mostDecoded = 3

let last = ''
let lastReadings: readonly (readonly string[])[] = [[]]

/**
 * The segments of a path as services may read it (T2, T5, T6, T9, T16): letters in any case, triplets decoded before or
 * after the path is split, `;parameters` cut before or after, empty and dot segments gone. What an API lets through by
 * `allow.path` must not go around a denial. The last one is kept: a thousand rules ask about one request.
 */
export function looseReadings(path: string): readonly (readonly string[])[] {
  if (path !== last) {
    lastReadings = readings(path)
    last = path
  }
  return lastReadings
}

function readings(path: string): readonly (readonly string[])[] {
  const lower = path.toLowerCase()
  if (!/[%;\\]|\/\./.test(lower)) return [resolved(lower.split('/'))]
  const cut = lower.split('/').map(withoutParameters)
  return [
    resolved(lower.split('/')),
    resolved(cut.map((segment) => withoutParameters(decoded(segment)))),
    resolved(decoded(cut.join('/')).split(/[/\\]/).map(withoutParameters)),
    resolved(decoded(lower).split(/[/\\]/).map(withoutParameters)),
  ]
}

function withoutParameters(segment: string): string {
  const semicolon = segment.indexOf(';')
  return semicolon < 0 ? segment : segment.slice(0, semicolon)
}

function resolved(segments: readonly string[]): readonly string[] {
  const out: string[] = []
  for (const segment of segments) {
    if (segment === '..') out.pop()
    else if (segment !== '' && segment !== '.') out.push(segment)
  }
  return out
}

function decoded(text: string): string {
  let out = text
  for (let round = 0; round < mostDecoded && out.includes('%'); round++) out = decodedOnce(out)
  return out.toLowerCase()
}

/** One octet that is no UTF-8 must not keep the others from being decoded. */
function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text.replace(/%([0-7][0-9a-f])/gi, (_, octet: string) =>
      String.fromCharCode(Number.parseInt(octet, 16)),
    )
  }
}
