import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'

/** Absolute path of a file named in the configuration; reported when it cannot be read. */
export function existingFile(at: Path, written: string, report: Report): string {
  const path = resolve(report.tree.folderOf(at), written)
  try {
    accessSync(path, constants.R_OK)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    report.refuse(at, `the file ${written} cannot be read (${code})`, `Put a readable file at ${path}.`)
  }
  return path
}
