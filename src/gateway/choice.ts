import { type Answer, answer } from './verdict.ts'

/** The log-in of one identity. */
export interface LogInChoice {
  readonly name: string
  /** A redirect to it. */
  readonly answer: Answer
}

/**
 * Where several identities would each send the browser to a log-in of their own, the person chooses: a page with a
 * link to each, without scripts.
 */
export function choiceOf(choices: readonly LogInChoice[]): Answer {
  const links = choices.map(({ name, answer: { headers } }) => {
    const to = headers.find(([header]) => header === 'location')?.[1] ?? '/'
    return `<li><a href="${escaped(to)}">${escaped(name)}</a></li>`
  })
  return answer(
    200,
    [
      ['content-type', 'text/html'],
      ['cache-control', 'no-store'],
      ['content-security-policy', pageSecurityPolicy],
      ['x-content-type-options', 'nosniff'],
      ['referrer-policy', 'no-referrer'],
    ],
    `<!doctype html>\n<html lang="en"><title>Log in</title><h1>Log in</h1><p>Choose how:</p><ul>${links.join('')}</ul></html>\n`,
  )
}

/** Of pages that the gateway makes itself: nothing is loaded, nothing runs, nobody frames them. */
export const pageSecurityPolicy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"

/** Text for HTML, in ASCII. */
export function escaped(text: string): string {
  return text.replace(/[&<>"'`]|[^\x20-\x7e]/g, (character) => `&#${character.charCodeAt(0)};`)
}
