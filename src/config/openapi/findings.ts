import type { Source } from '../spec.ts'
import type { DocumentNote } from './document.ts'
import { DocumentError, type DocumentProblem } from './document-error.ts'

/** More of either are counted, not kept: a generated document can repeat one mistake ten thousand times. */
const KEPT = 50

/** Collects what is wrong with a document, so that one load tells everything at once. */
export class Findings {
  readonly #problems: DocumentProblem[] = []
  readonly #notes: DocumentNote[] = []
  #problemsLeftOut = 0
  #notesLeftOut = 0

  /** Something that keeps the document from being used. */
  problem(source: () => Source, message: string, remedy: string): void {
    if (this.#problems.length < KEPT) this.#problems.push({ source: source(), message, remedy })
    else this.#problemsLeftOut++
  }

  /** Something that was left out or corrected; never in the direction of more access. */
  note(source: () => Source, message: string): void {
    if (this.#notes.length < KEPT) this.#notes.push({ source: source(), message })
    else this.#notesLeftOut++
  }

  notes(): readonly DocumentNote[] {
    if (this.#notesLeftOut === 0) return this.#notes
    const last = this.#notes[KEPT - 1]!
    return [...this.#notes, { source: last.source, message: `… and ${this.#notesLeftOut} more remarks.` }]
  }

  /** Throws when there was a problem. */
  settle(): void {
    if (this.#problems.length === 0) return
    const last = this.#problems[KEPT - 1]
    const more =
      this.#problemsLeftOut > 0 && last !== undefined
        ? [
            {
              source: last.source,
              message: `… and ${this.#problemsLeftOut} more problems.`,
              remedy: 'Correct these first.',
            },
          ]
        : []
    throw new DocumentError([...this.#problems, ...more])
  }
}
