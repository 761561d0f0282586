import { ask, type Question } from './ask.ts'
import { isRight } from './probe.ts'
import type { Tokens } from './tokens.ts'

/** @throws Error when a right token is refused, or when no token or a wrong one gets anything but a 401 or 403. */
export async function requireGuard(name: string, question: Question, tokens: Tokens): Promise<void> {
  const good = await ask({ ...question, headers: bearer(tokens.right[0] ?? '') })
  if (!isRight(good)) {
    throw new Error(`${name} answers a right token with status ${good.status}, ${good.body.length} bytes`)
  }
  const none = { ...question, headers: {} }
  const wrong = Object.entries(tokens.wrong).map(
    ([fault, token]) => [`a token with ${fault}`, { ...question, headers: bearer(token) }] as const,
  )
  for (const [what, asked] of [['no token', none] as const, ...wrong]) {
    const { status } = await ask(asked)
    if (status !== 401 && status !== 403) {
      throw new Error(
        `${name} answers ${what} with status ${status}: what does not refuse it is not compared`,
      )
    }
  }
}

/** The header that carries a token (RFC 6750 section 2.1). */
export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}
