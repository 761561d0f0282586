/**
 * Says that a sink is in trouble, at once and then at most once in a while: a full disk must not fill the journal as
 * well. What was reported is also reported as over.
 */
export class Trouble {
  readonly #sink: string
  readonly #everyMs: number
  readonly #report: (message: string) => void
  #lastReport = Number.NEGATIVE_INFINITY
  #current: string | null = null
  #reported = false

  constructor(sink: string, everyMs: number, report: (message: string) => void) {
    this.#sink = sink
    this.#everyMs = everyMs
    this.#report = report
  }

  get current(): string | null {
    return this.#current
  }

  begin(problem: string, dropped: number): void {
    this.#current = problem
    const now = performance.now()
    if (now - this.#lastReport < this.#everyMs) return
    this.#lastReport = now
    this.#reported = true
    this.#report(`Log ${this.#sink}: ${problem}. ${lost(dropped)} Requests are served on.`)
  }

  end(dropped: number): void {
    if (this.#current === null) return
    this.#current = null
    if (!this.#reported) return
    this.#reported = false
    this.#report(`Log ${this.#sink} is written again. ${lost(dropped)}`)
  }
}

function lost(dropped: number): string {
  return dropped === 0 ? 'No record was lost so far.' : `${dropped} records were lost so far.`
}
