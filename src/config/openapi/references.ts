import { DocumentError } from './document-error.ts'
import { type DocumentFiles, FileRefused } from './document-files.ts'
import type { Findings } from './findings.ts'
import { childOf, objectOf, type Place, sourceOf } from './place.ts'
import type { SourceFile } from './source-file.ts'

/** References followed one after another. Honest documents have one or two. */
const MAX_HOPS = 32

/** Look-ups in one document. Shared references can make a small document mean a huge one. */
const MAX_STEPS = 2_000_000

/** What a reference that leads nowhere means: for some things that are read the document is useless without it. */
export type WhenBroken = 'problem' | 'note'

/** Follows `$ref` inside a document and into the files below its folder (RFC 6901 pointers; no network, ever). */
export class References {
  readonly #files: DocumentFiles
  readonly #findings: Findings
  #steps = 0

  constructor(files: DocumentFiles, findings: Findings) {
    this.#files = files
    this.#findings = findings
  }

  /** What stands under `key` of `place`, references followed; undefined where nothing usable stands. */
  get(place: Place, key: string | number, whenBroken: WhenBroken = 'problem'): Place | undefined {
    const child = childOf(place, key)
    return child === undefined ? undefined : this.follow(child, whenBroken)
  }

  /** Follows `$ref` until something else stands there; undefined and a finding when that fails. */
  follow(place: Place, whenBroken: WhenBroken = 'problem'): Place | undefined {
    let current = place
    for (let hops = 0; referenceOf(current) !== undefined; hops++) {
      if (hops > MAX_HOPS) return this.#broken(place, 'This reference leads in a circle.', whenBroken)
      const next = this.step(current, whenBroken)
      if (next === undefined) return undefined
      current = next
    }
    return current
  }

  /** Follows one `$ref`. `place` must have one. */
  step(place: Place, whenBroken: WhenBroken = 'problem'): Place | undefined {
    this.#count(place)
    const reference = referenceOf(place)!
    const hash = reference.indexOf('#')
    const filePart = hash === -1 ? reference : reference.slice(0, hash)
    const file = filePart === '' ? place.file : this.#file(place, filePart)
    if (file === undefined) return undefined
    const pointer = pointerOf(hash === -1 ? '' : reference.slice(hash + 1))
    if (pointer === undefined)
      return this.#broken(place, `\`${reference}\` is not a JSON Pointer (RFC 6901).`, whenBroken)
    let target: Place = { file, path: [], value: file.value }
    for (const [index, key] of pointer.entries()) {
      this.#count(place)
      // On its way a pointer may cross an object that is a reference itself, as in split `components`.
      const crossed = index > 0 && referenceOf(target) !== undefined ? this.#cross(target) : target
      const next = crossed === undefined ? undefined : childOf(crossed, key)
      if (next === undefined) return this.#broken(place, `\`${reference}\` leads to nothing.`, whenBroken)
      target = next
    }
    return target
  }

  #crossing = 0

  #cross(place: Place): Place | undefined {
    if (this.#crossing > MAX_HOPS) return undefined
    this.#crossing++
    try {
      return this.follow(place, 'note')
    } finally {
      this.#crossing--
    }
  }

  #file(place: Place, reference: string): SourceFile | undefined {
    try {
      return this.#files.referred(place.file.file, reference)
    } catch (error) {
      if (error instanceof FileRefused) this.#findings.problem(sourceOf(place), error.message, error.remedy)
      else if (error instanceof DocumentError) {
        for (const { source, message, remedy } of error.problems)
          this.#findings.problem(() => source, message, remedy)
      } else throw error
      return undefined
    }
  }

  #broken(place: Place, message: string, whenBroken: WhenBroken): undefined {
    if (whenBroken === 'note') this.#findings.note(sourceOf(place), message)
    else
      this.#findings.problem(
        sourceOf(place),
        message,
        'Correct the reference, or write what it stands for in its place.',
      )
    return undefined
  }

  #count(place: Place): void {
    if (++this.#steps <= MAX_STEPS) return
    throw new DocumentError([
      {
        source: place.file.locate(place.path),
        message: `Reading the references of the document takes more than ${MAX_STEPS} steps.`,
        remedy: 'Look for references that multiply each other.',
      },
    ])
  }
}

/** The `$ref` of a Reference Object, or undefined. */
export function referenceOf(place: Place): string | undefined {
  const reference = objectOf(place.value)?.['$ref']
  return typeof reference === 'string' ? reference : undefined
}

/** The keys of a URI fragment that is a JSON Pointer; undefined when it is none. */
function pointerOf(fragment: string): string[] | undefined {
  let pointer: string
  try {
    pointer = decodeURIComponent(fragment)
  } catch {
    return undefined
  }
  if (pointer === '') return []
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}
