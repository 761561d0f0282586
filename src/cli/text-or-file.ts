import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** What an option says: the content of the file of that name, or the text itself where there is none. */
export function textOrFile(value: string | undefined, cwd: string): string | null {
  if (value === undefined) return null
  // Text of an object or a list is no name of a file, and `null` is said of an object.
  if (/^\s*[[{"]/.test(value) || value === 'null') return value
  try {
    return readFileSync(resolve(cwd, value), 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENAMETOOLONG') return value
    throw error
  }
}
