import { pathToFileURL } from 'node:url'
import { isMap, type Path, type Place, pathText, type SourceFile } from './tree.ts'
import { plain, resolved, type Value } from './value.ts'
import type { Parsed, Reading } from './yaml.ts'

/** Deepest nesting, as for YAML: also what ends an object that holds itself. */
const deepest = 64

let loads = 0

/** Reads the default export of a TypeScript or JavaScript file. Its values have no lines. */
export async function parseModule(reading: Reading): Promise<Parsed> {
  const { path, folder, references, places, problems } = reading
  const file: SourceFile = { path, position: () => null }
  const refuse = (at: Path, message: string, remedy: string): void => {
    problems.push({ source: { file: path, line: 0, column: 0 }, path: pathText(at), message, remedy })
  }

  function read(value: unknown, at: Path): Value {
    if (typeof value === 'string')
      return resolved(value, folder, references, (message, remedy) => refuse(at, message, remedy))
    if (typeof value !== 'object' || value === null) return plain(value)
    if (at.length > deepest) {
      refuse(at, 'nested too deeply', `Nest at most ${deepest} levels.`)
      return plain(null)
    }
    const container: unknown[] | Record<string, unknown> = Array.isArray(value) ? [] : {}
    const found = new Map<string | number, Place>()
    for (const [name, item] of Object.entries(value)) {
      if (item === undefined || name === '__proto__') continue
      const key = Array.isArray(value) ? Number(name) : name
      const { value: inner, referenced, broken } = read(item, [...at, key])
      found.set(key, { file, key: 0, value: 0, referenced, broken })
      ;(container as Record<string | number, unknown>)[key] = inner
    }
    places.set(container, found)
    return plain(container)
  }

  let exported: unknown
  try {
    // Modules are cached by address: a reload must see the file as it is now.
    const module = (await import(`${pathToFileURL(path).href}?load=${++loads}`)) as Record<string, unknown>
    exported = module['default']
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    refuse([], `the file does not run: ${why}`, 'Run it with `node` to see where.')
    return { file, root: null }
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
