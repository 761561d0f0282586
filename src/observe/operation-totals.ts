import { type Counters, statusClasses } from './counters.ts'

export interface OperationName {
  readonly api: string
  readonly operation: string
}

export interface OperationTotal extends OperationName {
  /** Requests by status class, in the order of `statusClasses`. */
  readonly classes: number[]
}

/** What the `operation` label says once operations are counted by API only. */
export const foldedOperation = '*'

/** Requests by operation, added up over data threads and over plans in which an operation has another index. */
export class OperationTotals {
  readonly #totals = new Map<string, OperationTotal>()
  #folded: boolean

  constructor(folded: boolean) {
    this.#folded = folded
  }

  get size(): number {
    return this.#totals.size
  }

  add(counters: Counters, operations: readonly OperationName[]): void {
    for (const [index, { api, operation }] of operations.entries()) {
      const { classes } = this.#total(api, operation)
      for (let each = 0; each < classes.length; each++) classes[each]! += counters.operation(index, each)
    }
  }

  addAll(others: OperationTotals): void {
    for (const other of others) {
      const { classes } = this.#total(other.api, other.operation)
      for (let each = 0; each < classes.length; each++) classes[each]! += other.classes[each]!
    }
  }

  /** From now on by API. A scraper sees series end and another begin, never one that goes down. */
  fold(): void {
    if (this.#folded) return
    this.#folded = true
    const totals = [...this.#totals.values()]
    this.#totals.clear()
    for (const { api, classes } of totals) {
      const folded = this.#total(api, foldedOperation).classes
      for (let each = 0; each < folded.length; each++) folded[each]! += classes[each]!
    }
  }

  [Symbol.iterator](): IterableIterator<OperationTotal> {
    return this.#totals.values()
  }

  #total(api: string, operation: string): OperationTotal {
    const name = this.#folded ? foldedOperation : operation
    const key = JSON.stringify([api, name])
    let total = this.#totals.get(key)
    if (total === undefined) {
      total = { api, operation: name, classes: statusClasses.map(() => 0) }
      this.#totals.set(key, total)
    }
    return total
  }
}
