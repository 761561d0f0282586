import { codes } from '../codes.ts'
import { claimOf } from './claim-text.ts'
import type { AdminHost, ExplainQuery } from './host.ts'
import { json, type Page, type Problem, page, problemWith } from './reply.ts'
import type { AdminRequest } from './route.ts'

/** `GET /explain`: what the running configuration would decide about a request. */
export async function explain(
  host: AdminHost,
  { parameters, accept }: AdminRequest,
): Promise<Page | Problem> {
  const query = explainQuery(parameters)
  if (typeof query === 'string') return problemWith(codes.ADMIN_REQUEST_INVALID, { detail: query })
  const explanation = await host.explain(query)
  if (!explanation.ok) return problemWith(codes.ADMIN_REQUEST_INVALID, { detail: explanation.problem })
  if (/^text\/plain\b/i.test(accept.trim())) return page(200, 'text/plain; charset=utf-8', explanation.text)
  return json(200, explanation.json)
}

const repeatable: readonly string[] = ['header', 'scope', 'role', 'claim']
const single: readonly string[] = ['method', 'url', 'as', 'from', 'body', 'object', 'why-not']

/** The question, or what is wrong with it. */
function explainQuery(parameters: URLSearchParams): ExplainQuery | string {
  for (const name of parameters.keys()) {
    if (!repeatable.includes(name) && !single.includes(name))
      return `Known parameters are ${[...single, ...repeatable].join(', ')}.`
    if (single.includes(name) && parameters.getAll(name).length > 1) return `Give ${name} once.`
  }
  const method = parameters.get('method') ?? 'GET'
  const url = parameters.get('url') ?? ''
  if (!/^[A-Z]{1,32}$/.test(method)) return 'A method is in capital letters, such as GET.'
  if (url === '') return 'Give url: a path such as /orders, or a whole URL.'
  const headers: [string, string][] = []
  for (const header of parameters.getAll('header')) {
    const colon = header.indexOf(':')
    const name = header.slice(0, Math.max(colon, 0))
    const value = header.slice(colon + 1).trim()
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || /[\x00-\x08\x0a-\x1f\x7f]/.test(value)) {
      return 'A header is written `Name: value`.'
    }
    headers.push([name, value])
  }
  const claims: Record<string, unknown> = Object.create(null)
  for (const text of parameters.getAll('claim')) {
    const claim = claimOf(text)
    if (claim === null) return 'A claim is written `name=value`.'
    claims[claim[0]] = claim[1]
  }
  return {
    method,
    url,
    as: parameters.get('as'),
    from: parameters.get('from'),
    headers,
    scopes: parameters.getAll('scope'),
    roles: parameters.getAll('role'),
    claims,
    body: parameters.get('body'),
    object: parameters.get('object'),
    whyNot: parameters.get('why-not') === 'true',
  }
}
