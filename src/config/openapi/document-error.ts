import type { Source } from '../spec.ts'

/** One reason why an OpenAPI document cannot be used, where it stands, and what to write instead. */
export interface DocumentProblem {
  readonly source: Source
  readonly message: string
  readonly remedy: string
}

/** An OpenAPI document that cannot be used. Carries every problem found, not only the first. */
export class DocumentError extends Error {
  readonly problems: readonly DocumentProblem[]

  constructor(problems: readonly DocumentProblem[]) {
    super(
      problems
        .map(
          ({ source, message, remedy }) =>
            `${source.file}:${source.line}:${source.column} ${message} ${remedy}`,
        )
        .join('\n'),
    )
    this.name = 'DocumentError'
    this.problems = problems
  }
}
