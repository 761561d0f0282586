import type { Published } from '../questions.ts'

/** Ids that are told at once; a data half that missed more forgets all that it knows. */
const mostTold = 500

/** The sessions that ended, for the data halves. */
export class EndedSessionList {
  #ids: readonly string[] = []
  #from = 0

  add(ids: readonly string[]): void {
    const all = [...this.#ids, ...ids]
    const over = Math.max(0, all.length - mostTold)
    this.#ids = all.slice(over)
    this.#from += over
  }

  get published(): Pick<Published, 'ended' | 'endedFrom'> {
    return { ended: this.#ids, endedFrom: this.#from }
  }
}
