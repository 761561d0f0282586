import { tripletAt } from '../path/triplets.ts'
import { mayStand } from './normalize-literal.ts'

const PERCENT = 0x25
const SLASH = 0x2f
const SEMICOLON = 0x3b

/**
 * The path as services read it that decode triplets before they route (`%3A` is `:`), cut `;parameters` off each
 * segment, and merge slashes. Null when it reads no differently. Slashes that are encoded stay encoded: an API that
 * allows these says that its service does not split there.
 */
export function alternateReading(path: string): string | null {
  let out = ''
  let skipping = false
  for (let i = 0; i < path.length; i++) {
    let c = path.charCodeAt(i)
    if (c === SLASH) {
      skipping = false
      if (path.charCodeAt(i + 1) !== SLASH) out += '/'
      continue
    }
    let piece = path[i]!
    if (c === PERCENT) {
      piece = path.slice(i, i + 3)
      c = tripletAt(path, i)
      if (mayStand(c)) piece = String.fromCharCode(c)
      i += 2
    }
    if (c === SEMICOLON) skipping = true
    if (!skipping) out += piece
  }
  return out === path ? null : out
}
