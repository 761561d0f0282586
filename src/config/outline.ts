import type { LoadOptions } from './load.ts'
import type { Problem } from './problem.ts'
import { readFiles } from './read/files.ts'
import { References } from './read/references.ts'
import { isMap } from './read/tree.ts'
import { secretCleaner } from './redact.ts'
import { resolveDataFolder } from './resolve/data-folder.ts'

/** What commands on the store want of a configuration. */
export interface Outline {
  readonly dataFolder: string
  /** The type is '' where none is written. */
  readonly identities: readonly { readonly name: string; readonly type: string }[]
}

/**
 * Reads where the data folder is and which identities there are, and looks at nothing else: a revocation must not wait
 * until somebody has corrected a document, a certificate or a misspelt key. What it has to know and cannot is a problem.
 */
export async function readOutline(
  names: readonly string[],
  { dataFolder, env, cwd }: Omit<LoadOptions, 'policies'>,
): Promise<Outline | readonly Problem[]> {
  const references = new References(env)
  const problems: Problem[] = []
  const { tree, files } = await readFiles(names, cwd, references, problems)
  const data = dataFolder === undefined ? tree.get(['data']) : undefined
  const usable = data === undefined || (typeof data === 'string' && data !== '')
  if (!usable)
    problems.push({
      source: tree.valueOf(['data']),
      path: 'data',
      message: 'the data folder is no text',
      remedy: 'Write the path of a folder.',
    })
  // A file that cannot be read as a whole may be the one which says where the folder is.
  const whole = files.length === names.length
  const inTheWay = problems.filter(
    ({ path }) => !whole || path === '' || (path === 'data' && dataFolder === undefined),
  )
  if (inTheWay.length > 0) {
    const clean = secretCleaner(references.secrets)
    return inTheWay.map((one) => ({ ...one, message: clean(one.message), remedy: clean(one.remedy) }))
  }
  const identities = tree.get(['identities'])
  return {
    dataFolder: resolveDataFolder(
      usable ? (data as string | undefined) : undefined,
      dataFolder,
      cwd,
      files[0]!,
      tree,
    ),
    identities: Object.entries(isMap(identities) ? identities : {}).map(([name, block]) => ({
      name,
      type: isMap(block) && typeof block['type'] === 'string' ? block['type'] : '',
    })),
  }
}
