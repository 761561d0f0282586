import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** Root of the repository. */
export const root: string = join(import.meta.dirname, '..', '..')

/** One TypeScript file of the repository. */
export interface SourceFile {
  /** From the root, with `/`: `src/gateway/handle.ts`. */
  readonly path: string
  readonly text: string
  readonly lines: number
  /** Files of the repository it imports, types included. */
  readonly imports: readonly string[]
  /** Those that it imports when it runs: without `import type`. */
  readonly runtimeImports: readonly string[]
  /** Packages and `node:` modules it imports. */
  readonly packages: readonly string[]
}

/** Generated files are written by `npm run generate` and are nobody's style. */
const folders = '{src,test,examples,scripts,bench}/**/*.ts'

/** All TypeScript files of the repository, tests included. */
export function readSources(): readonly SourceFile[] {
  return globSync(folders, { cwd: root, exclude: ['**/node_modules/**', '**/fixtures/**'] })
    .sort()
    .map((path) => parse(path, readFileSync(join(root, path), 'utf8')))
}

/** Files of the product itself: under `src/`, without tests. */
export function readProduct(): readonly SourceFile[] {
  return readSources().filter(({ path }) => path.startsWith('src/') && !path.endsWith('.test.ts'))
}

/** An import or re-export statement, or a dynamic import of a fixed name; biome's formatting makes them regular. */
const statement =
  /^(?:import|export)\s+(type\s)?(?:[\w*\s{},$]+?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)|new URL\(\s*'(\.[^']+\.ts)'/gm

function parse(path: string, text: string): SourceFile {
  const imports: string[] = []
  const runtimeImports: string[] = []
  const packages: string[] = []
  for (const [whole, typeOnly, fixed, dynamic, worker] of text.matchAll(statement)) {
    const name = fixed ?? dynamic ?? worker ?? ''
    if (!name.startsWith('.')) {
      packages.push(name)
      continue
    }
    const target = normalize(join(dirname(path), name)).replaceAll('\\', '/')
    imports.push(target)
    // A thread's file is started, not imported: it belongs to nobody's import graph.
    const onlyTypes =
      typeOnly !== undefined || /^(?:import|export)\s+\{(?:\s*type\s+[\w$\s]+,?)+\s*\}/.test(whole)
    if (!onlyTypes && worker === undefined) runtimeImports.push(target)
  }
  return { path, text, lines: text.split('\n').length - 1, imports, runtimeImports, packages }
}
