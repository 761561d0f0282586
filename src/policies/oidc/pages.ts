import type { Code } from '../../codes.ts'
import { escaped, pageSecurityPolicy } from '../../gateway/choice.ts'
import { type Answer, answer, type Deny, deny } from '../../gateway/verdict.ts'

type Headers = Answer['headers']

/** Of every page and redirect of a log-in: kept nowhere, framed nowhere, and telling no other site its address. */
const careful: Headers = [
  ['cache-control', 'no-store'],
  ['content-security-policy', pageSecurityPolicy],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
]

/** A page. Title and content are of the code; what else goes in was escaped. */
export function page(title: string, content: string, headers: Headers = []): Answer {
  return answer(200, [['content-type', 'text/html'], ...careful, ...headers], html(title, content))
}

/** Sends the browser on, with a GET whatever it came with. */
export function redirect(location: string, headers: Headers = []): Answer {
  return answer(303, [['location', location], ...careful, ...headers])
}

/** A refusal that people read: why it is, as far as that helps them, and what they can do. */
export function refusalPage(
  code: Code,
  reason: string,
  { title, says, again, id, headers = [] }: RefusalText,
): Deny {
  const link = again === null ? '' : `<p><a href="${escaped(again)}">Log in again</a></p>`
  const content = `<p>${says}</p>${link}<p><small>${code.code} ${escaped(id)}</small></p>`
  const set = careful.filter(([name]) => name === 'content-security-policy' || name === 'referrer-policy')
  return deny(code, { reason, headers: [...set, ...headers], page: html(title, content) })
}

/** What a refusal says to people. */
export interface RefusalText {
  readonly title: string
  readonly says: string
  /** Path of the log-in; null where trying again would be the same. */
  readonly again: string | null
  /** Of the request. */
  readonly id: string
  readonly headers?: Headers
}

function html(title: string, content: string): string {
  return `<!doctype html>\n<html lang="en"><title>${title}</title><h1>${title}</h1>${content}</html>\n`
}
