import type { Problem } from '../problem.ts'
import { isMap, type Place, type Places, pathText, sourceOf } from './tree.ts'
import type { Parsed } from './yaml.ts'

/** Sections whose entries may come from several files. Every other key is written in one file. */
const sections: ReadonlySet<string> = new Set([
  'listeners',
  'services',
  'identities',
  'apis',
  'limits',
  'require',
])

/**
 * Puts several files together, section by section. The same entry in two files is a problem, never a silent
 * override: which file wins must not depend on the order of arguments.
 */
export function mergeFiles(
  files: readonly Parsed[],
  places: Places,
  problems: Problem[],
): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  const rootPlaces = new Map<string | number, Place>()
  places.set(root, rootPlaces)

  function adopt(into: Record<string, unknown>, from: Record<string, unknown>, at: readonly string[]): void {
    const intoPlaces = places.get(into)!
    for (const [key, place] of places.get(from)!) {
      const value = from[key]
      const before = intoPlaces.get(key)
      if (before === undefined) {
        into[key] = value
        intoPlaces.set(key, place)
      } else if (at.length === 0 && sections.has(key as string) && isMap(value) && isMap(into[key])) {
        adopt(into[key], value, [key as string])
      } else {
        problems.push({
          source: sourceOf(place.file, place.key),
          path: pathText([...at, key]),
          message: `\`${pathText([...at, key])}\` is written in two files`,
          remedy: 'Keep one of the two.',
          other: sourceOf(before.file, before.key),
        })
      }
    }
  }

  for (const { root: from } of files) if (isMap(from)) adopt(root, from, [])
  return root
}
