import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeptTexts } from '../../gateway/control-half.ts'

/** Largest text that is kept or read, in characters: a key set, with room. */
const mostText = 1024 * 1024

/** Texts of control halves in `kept/` of the data folder (0700, files 0600), over restarts. */
export function keptTexts(
  dataFolder: string,
  report: (message: string) => void,
): (owner: string) => KeptTexts {
  const folder = join(dataFolder, 'kept')
  return (owner) => ({
    read(name) {
      try {
        const text = readFileSync(fileOf(folder, owner, name), 'utf8')
        return text.length > mostText ? null : text
      } catch {
        return null // absent, or not ours to read: the half does without
      }
    },
    write(name, text) {
      if (text.length > mostText) return
      const file = fileOf(folder, owner, name)
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        writeFileSync(`${file}.new`, text, { mode: 0o600 })
        renameSync(`${file}.new`, file)
      } catch (error) {
        report(`${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)
      }
    },
  })
}

/** Owners are digests and names are written in the code: neither may leave the folder. */
function fileOf(folder: string, owner: string, name: string): string {
  if (!/^[0-9a-f]{32}$/.test(owner) || !/^[a-z0-9-]{1,40}$/.test(name))
    throw new Error('a kept text has a name of small letters, digits and dashes')
  return join(folder, `${owner}-${name}`)
}
