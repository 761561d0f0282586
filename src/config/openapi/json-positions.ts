import {
  type DuplicateKey,
  NO_CHILDREN,
  POSITION_DEPTH,
  type PositionNode,
  type PositionTree,
} from './position-tree.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d

/**
 * Finds where the upper levels of a JSON text stand, and keys that stand there twice, which `JSON.parse` hides.
 * The text must already have passed `JSON.parse`: nothing is validated here. One pass, no recursion below
 * `POSITION_DEPTH`, about 10 ms a megabyte.
 */
export function jsonPositions(text: string): PositionTree {
  const duplicates: DuplicateKey[] = []
  let at = 0

  const skipSpace = (): void => {
    while (text.charCodeAt(at) <= 0x20) at++
  }

  /** From an opening quote to after the closing one. */
  const skipString = (): void => {
    at++
    for (;;) {
      const quote = text.indexOf('"', at)
      let slashes = 0
      while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH && quote - 1 - slashes >= at) slashes++
      at = quote + 1
      if (slashes % 2 === 0) return
    }
  }

  const skipValue = (): void => {
    let depth = 0
    do {
      const code = text.charCodeAt(at)
      if (code === QUOTE) skipString()
      else {
        if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++
        else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth--
        at++
      }
    } while (depth > 0)
    // A bare number or word ends before the next delimiter.
    for (let code = text.charCodeAt(at); at < text.length; code = text.charCodeAt(++at)) {
      if (code === COMMA || code === CLOSE_OBJECT || code === CLOSE_ARRAY) return
    }
  }

  const readKey = (): string => {
    const start = at
    skipString()
    const raw = text.slice(start + 1, at - 1)
    return raw.includes('\\') ? (JSON.parse(text.slice(start, at)) as string) : raw
  }

  const readChildren = (depth: number): ReadonlyMap<string, PositionNode> => {
    const object = text.charCodeAt(at) === OPEN_OBJECT
    if ((!object && text.charCodeAt(at) !== OPEN_ARRAY) || depth >= POSITION_DEPTH) {
      skipValue()
      return NO_CHILDREN
    }
    const children = new Map<string, PositionNode>()
    at++
    for (let index = 0; ; index++) {
      skipSpace()
      const code = text.charCodeAt(at)
      if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) break
      const offset = at
      let key = String(index)
      if (object) {
        key = readKey()
        if (children.has(key)) duplicates.push({ key, offset })
        skipSpace()
        at++
        skipSpace()
      }
      children.set(key, { offset, children: readChildren(depth + 1) })
      skipSpace()
      if (text.charCodeAt(at) === COMMA) at++
    }
    at++
    return children
  }

  skipSpace()
  return { root: { offset: at, children: readChildren(0) }, duplicates }
}
