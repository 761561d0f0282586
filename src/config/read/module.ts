import { pathToFileURL } from 'node:url'
import type { Problem } from '../problem.ts'
import { type References, UnresolvedReference } from './references.ts'
import { isMap, type Path, type Place, type Places, pathText, type SourceFile } from './tree.ts'
import type { Parsed } from './yaml.ts'

/** Deepest nesting, as for YAML: also what ends an object that holds itself. */
const deepest = 64

let loads = 0

/** Reads the default export of a TypeScript or JavaScript file. Its values have no lines. */
export async function parseModule(
  path: string,
  folder: string,
  references: References,
  places: Places,
  problems: Problem[],
): Promise<Parsed> {
  const file: SourceFile = { path, position: () => null }
  const refuse = (at: Path, message: string, remedy: string): void => {
    problems.push({ source: { file: path, line: 0, column: 0 }, path: pathText(at), message, remedy })
  }
  let exported: unknown
  try {
    // Modules are cached by address: a reload must see the file as it is now.
    const module = (await import(`${pathToFileURL(path).href}?load=${++loads}`)) as Record<string, unknown>
    exported = module['default']
  } catch (error) {
    refuse(
      [],
      `the file does not run: ${error instanceof Error ? error.message : String(error)}`,
      'Run it with `node` to see where.',
    )
    return { file, root: null }
  }

  function read(value: unknown, at: Path): { value: unknown; referenced: boolean } {
    if (typeof value === 'string' && value.includes('$')) {
      try {
        const { text, referenced } = references.resolve(value, folder)
        return { value: text, referenced }
      } catch (error) {
        if (!(error instanceof UnresolvedReference)) throw error
        refuse(at, error.message, error.remedy)
        return { value, referenced: true }
      }
    }
    if (typeof value !== 'object' || value === null) return { value, referenced: false }
    if (at.length >= deepest) {
      refuse(at, 'nested too deeply', `Nest at most ${deepest} levels.`)
      return { value: null, referenced: false }
    }
    const container: unknown[] | Record<string, unknown> = Array.isArray(value) ? [] : {}
    const found = new Map<string | number, Place>()
    for (const [name, item] of Object.entries(value)) {
      if (item === undefined || name === '__proto__') continue
      const key = Array.isArray(value) ? Number(name) : name
      const inner = read(item, [...at, key])
      found.set(key, { file, key: 0, value: 0, referenced: inner.referenced })
      ;(container as Record<string | number, unknown>)[key] = inner.value
    }
    places.set(container, found)
    return { value: container, referenced: false }
  }

  if (!isMap(exported)) {
    refuse(
      [],
      'the file has no configuration as its default export',
      'Write `export default defineConfig({ … })`.',
    )
    return { file, root: null }
  }
  return { file, root: read(exported, []).value as Record<string, unknown> }
}
