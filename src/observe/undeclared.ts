import type { DecisionRecord } from './decision-record.ts'

/** Distinct requests that are listed; later ones are counted together. */
const mostListed = 1000

/** A request that no document declares, forwarded by `undeclared: observe`. */
export interface UndeclaredRequest {
  readonly api: string
  readonly method: string
  /** With `{}` for segments that look like values, so that one missing operation is one line. */
  readonly path: string
  count: number
  readonly first: string
  last: string
}

/** Lists what `undeclared: observe` lets through, so that the document can be completed. */
export class UndeclaredList {
  readonly #requests = new Map<string, UndeclaredRequest>()
  #others = 0

  /** Looks at a batch of decision records. */
  note(batch: string): void {
    if (!batch.includes('"undeclared":true')) return
    for (const line of batch.split('\n')) {
      if (line.includes('"undeclared":true')) this.#add(JSON.parse(line) as DecisionRecord)
    }
  }

  list(): { readonly requests: readonly UndeclaredRequest[]; readonly others: number } {
    return { requests: [...this.#requests.values()].sort((a, b) => b.count - a.count), others: this.#others }
  }

  #add({ api = '', method = '', path = '', time }: DecisionRecord): void {
    const shape = path.split('/').map(shapeOf).join('/')
    const key = `${api} ${method} ${shape}`
    const known = this.#requests.get(key)
    if (known !== undefined) {
      known.count++
      known.last = time
    } else if (this.#requests.size < mostListed)
      this.#requests.set(key, { api, method, path: shape, count: 1, first: time, last: time })
    else this.#others++
  }
}

/** A segment with a digit, or a long one, is a value more often than a name. */
function shapeOf(segment: string): string {
  return /[0-9%]/.test(segment) || segment.length > 32 ? '{}' : segment
}
