import { readFile } from 'node:fs/promises'
import { dirname, extname, resolve } from 'node:path'
import type { Problem } from '../problem.ts'
import { mergeFiles } from './merge.ts'
import { parseModule } from './module.ts'
import type { References } from './references.ts'
import { type Places, Tree } from './tree.ts'
import { type Parsed, parseYaml, type Reading } from './yaml.ts'

/** Largest configuration file. A parser before a limit is a way to fill the memory. */
const largestFile = 64 * 1024 * 1024

const modules: ReadonlySet<string> = new Set(['.ts', '.mts', '.js', '.mjs'])
const texts: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json'])

/** The files of one configuration, as one tree. */
export interface ReadFiles {
  readonly tree: Tree
  /** Absolute, in the order given. */
  readonly files: readonly string[]
}

/** Reads and merges configuration files. What cannot be read is in `problems`. */
export async function readFiles(
  names: readonly string[],
  cwd: string,
  references: References,
  problems: Problem[],
): Promise<ReadFiles> {
  const places: Places = new WeakMap()
  const parsed: Parsed[] = []
  for (const name of names) {
    const path = resolve(cwd, name)
    const one = await parseFile({ path, folder: dirname(path), references, places, problems })
    if (one !== null) parsed.push(one)
  }
  const root = mergeFiles(parsed, places, problems)
  const first = parsed[0]?.file ?? { path: resolve(cwd, names[0] ?? '.'), position: () => null }
  return { tree: new Tree(root, places, first), files: parsed.map((one) => one.file.path) }
}

async function parseFile(reading: Reading): Promise<Parsed | null> {
  const { path, problems } = reading
  const refuse = (message: string, remedy: string): null => {
    problems.push({ source: { file: path, line: 0, column: 0 }, path: '', message, remedy })
    return null
  }
  const type = extname(path).toLowerCase()
  if (modules.has(type)) return parseModule(reading)
  if (!texts.has(type)) return refuse('not a kind of file that is read', 'Name it .yaml, .yml, .json or .ts.')
  let content: Buffer
  try {
    content = await readFile(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT')
      return refuse('there is no such file', 'Name an existing file with `-c`, or run `sallyport init`.')
    return refuse(`the file cannot be read (${code})`, 'Make it readable for the user that runs the gateway.')
  }
  if (content.length > largestFile)
    return refuse('the file is larger than 64 MB', 'Split it into several files.')
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return refuse('the file is not UTF-8', 'Save it as UTF-8.')
  }
  const before = problems.length
  const one = parseYaml(text, reading)
  if (problems.length > before && one.root === null) return null
  if (one.root === null || Array.isArray(one.root)) {
    return refuse(
      'the file holds no configuration',
      'Write sections such as `listeners:`, `services:` and `apis:`.',
    )
  }
  return one
}
