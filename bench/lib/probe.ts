import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { answerBody } from './answer-body.ts'
import { type Answer, ask, type Question } from './ask.ts'

/** What the first good answer showed. */
export interface Probe {
  /** From the call to the first byte of the answer, in milliseconds. */
  readonly firstByteMs: number
  /** TLS version and cipher suite; '' over clear text. */
  readonly cipher: string
}

/**
 * Asks until the backend's own answer comes through, so that nothing is measured that answers fast but wrongly.
 * @throws Error when the program ends or the time is over before.
 */
export async function probe(question: Question, child: ChildProcess, timeoutMs: number): Promise<Probe> {
  const start = performance.now()
  let last = 'no answer'
  while (performance.now() - start < timeoutMs) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`ended with ${child.exitCode ?? child.signalCode} before it answered`)
    }
    const answer = await ask(question).catch((error: unknown) => error as Error)
    if (answer instanceof Error) last = answer.message
    else if (isRight(answer)) return { firstByteMs: answer.at - start, cipher: answer.cipher }
    else last = `status ${answer.status}, ${answer.body.length} bytes`
    await delay(2)
  }
  throw new Error(`gave no right answer at ${question.url} within ${timeoutMs} ms: ${last}`)
}

/** Whether it is what the backend gives, whole. */
export function isRight({ status, body }: Answer): boolean {
  return status === 200 && body === answerBody
}
