import type { Finding, Problem } from './problem.ts'
import { type Path, pathText, type Tree } from './read/tree.ts'
import type { Opening, Source } from './spec.ts'

/** What is wrong, notable and opened wider in one configuration, gathered while it is resolved. */
export class Report {
  readonly problems: Problem[]
  readonly findings: Finding[] = []
  readonly opens: Opening[] = []
  readonly tree: Tree
  readonly #opened = new Set<string>()

  constructor(tree: Tree, problems: Problem[]) {
    this.tree = tree
    this.problems = problems
  }

  /** Refuses a value. */
  refuse(path: Path, message: string, remedy: string, other?: Source): void {
    if (this.tree.isBroken(path)) return
    this.refuseAt(this.tree.valueOf(path), path, message, remedy, other)
  }

  /** Refuses a key, or what is missing beneath it. */
  refuseKey(path: Path, message: string, remedy: string, other?: Source): void {
    this.refuseAt(this.tree.keyOf(path), path, message, remedy, other)
  }

  /** Refuses something that stands in another file, such as an OpenAPI document. */
  refuseAt(source: Source, path: Path, message: string, remedy: string, other?: Source): void {
    this.problems.push({
      source,
      path: pathText(path),
      message,
      remedy,
      ...(other === undefined ? {} : { other }),
    })
  }

  find(source: Source, message: string, remedy: string): void {
    this.findings.push({ source, message, remedy })
  }

  /** Lists an opening, once however many operations it holds for. */
  open(source: Source, what: string): void {
    const key = `${source.file}:${source.line}:${source.column} ${what}`
    if (this.#opened.has(key)) return
    this.#opened.add(key)
    this.opens.push({ what, source })
  }
}
