import { dirname, join, resolve } from 'node:path'
import type { Tree } from '../read/tree.ts'

/**
 * The data folder: the one given on the command line, relative to `cwd`, or that of the configuration, relative to the
 * file that says it, or `.sallyport` beside the first file.
 */
export function resolveDataFolder(
  written: string | undefined,
  given: string | undefined,
  cwd: string,
  firstFile: string,
  tree: Tree,
): string {
  if (given !== undefined) return resolve(cwd, given)
  return written === undefined
    ? join(dirname(firstFile), '.sallyport')
    : resolve(tree.folderOf(['data']), written)
}
