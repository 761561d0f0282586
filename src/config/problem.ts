import type { Source } from './spec.ts'

/** One reason why a configuration is refused. */
export interface Problem {
  readonly source: Source
  /** Keys from the root: `apis.orders.service`. */
  readonly path: string
  readonly message: string
  /** What to write instead. */
  readonly remedy: string
  /** The other line of a contradiction or a duplicate. */
  readonly other?: Source
}

/** Something that loads and still deserves a look: listed by `sallyport check`. */
export interface Finding {
  readonly source: Source
  readonly message: string
  readonly remedy: string
}
