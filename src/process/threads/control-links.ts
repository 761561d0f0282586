import type { ControlLink } from '../../gateway/control-half.ts'
import { type HalfState, halfKey } from '../halves/control-halves.ts'
import type { FromThread, ToThread } from './messages.ts'

/** How long a data thread waits for an answer. Policies have shorter times of their own; this ends what they forget. */
const answerMs = 30_000
/** Questions under way of one thread. More are refused at once: a flood must not pile up on the control plane. */
const mostQuestions = 1000

interface Question {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** A data thread's links to the control halves of its policies. */
export class ControlLinks {
  readonly #post: (message: FromThread) => void
  readonly #states = new Map<number, unknown>()
  readonly #questions = new Map<number, Question>()
  #asked = 0

  constructor(post: (message: FromThread) => void) {
    this.#post = post
  }

  /** Takes over what the halves of a plan have published, and gives the links to them. */
  of(halves: readonly HalfState[]): (policy: string, where: string, settings: unknown) => ControlLink {
    const numbers = new Map(halves.map(({ key, half }) => [key, half]))
    // A state that arrived by itself is as new as the plan's, or newer.
    for (const { half, state } of halves) if (!this.#states.has(half)) this.#states.set(half, state)
    return (policy, where, settings) => {
      const half = numbers.get(halfKey(policy, where, settings))
      return half === undefined ? nobody : this.#link(half)
    }
  }

  onState(half: number, state: unknown): void {
    this.#states.set(half, state)
  }

  onAnswer({ question, ok, value }: Extract<ToThread, { type: 'answer' }>): void {
    const asked = this.#questions.get(question)
    if (asked === undefined) return
    this.#questions.delete(question)
    clearTimeout(asked.timer)
    if (ok) asked.resolve(value)
    else asked.reject(new Error(String(value)))
  }

  close(): void {
    for (const { timer, reject } of this.#questions.values()) {
      clearTimeout(timer)
      reject(new Error('the thread is ending'))
    }
    this.#questions.clear()
  }

  #link(half: number): ControlLink {
    const states = this.#states
    return {
      get state() {
        return states.get(half)
      },
      ask: (value) => this.#ask(half, value),
    }
  }

  #ask(half: number, value: unknown): Promise<unknown> {
    if (this.#questions.size >= mostQuestions)
      return Promise.reject(new Error('too many questions to the control plane are under way'))
    const question = ++this.#asked
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#questions.delete(question)
        reject(new Error('the control plane did not answer'))
      }, answerMs)
      timer.unref()
      this.#questions.set(question, { resolve, reject, timer })
      this.#post({ type: 'ask', half, question, value })
    })
  }
}

/** Of a policy without a half there. */
export const nobody: ControlLink = {
  state: undefined,
  ask: () => Promise.reject(new Error('there is no control plane to ask')),
}
