import { codes } from '../codes.ts'
import { prometheusContentType } from '../observe/prometheus-text.ts'
import type { AdminHost, ExplainQuery, OpsHost } from './host.ts'
import { json, type Page, type Problem, page, problemWith } from './reply.ts'

/** Who may call a route. `health`: everybody; `metrics`: the token or a listed network; `admin`: the token. */
export type RouteGroup = 'health' | 'metrics' | 'admin'

export interface AdminQuery {
  readonly parameters: URLSearchParams
  /** Value of `Accept`. */
  readonly accept: string
}

export interface Route<Host> {
  readonly method: 'GET' | 'POST'
  /** Compared byte by byte: no prefix, no decoding, nothing to traverse (T56). */
  readonly path: string
  readonly group: RouteGroup
  readonly handle: (host: Host, query: AdminQuery) => Page | Problem | Promise<Page | Problem>
}

const text = 'text/plain; charset=utf-8'

/** Routes that an `ops` listener can serve too. */
export const opsRoutes: readonly Route<OpsHost>[] = [
  { method: 'GET', path: '/healthz', group: 'health', handle: () => page(200, text, 'ok\n') },
  {
    method: 'GET',
    path: '/readyz',
    group: 'health',
    handle: (host) => (host.ready() ? page(200, text, 'ready\n') : page(503, text, 'not ready\n')),
  },
  {
    method: 'GET',
    path: '/metrics',
    group: 'metrics',
    handle: (host) => page(200, prometheusContentType, host.metrics()),
  },
]

/** The only table: what is not here is not served, and what is here stands behind the guard (T55). */
export const routes: readonly Route<AdminHost>[] = [
  ...opsRoutes,
  { method: 'GET', path: '/status', group: 'admin', handle: (host) => json(200, host.status()) },
  { method: 'GET', path: '/undeclared', group: 'admin', handle: (host) => json(200, host.undeclared()) },
  { method: 'GET', path: '/explain', group: 'admin', handle: explain },
  { method: 'POST', path: '/reload', group: 'admin', handle: reload },
]

async function explain(host: AdminHost, { parameters, accept }: AdminQuery): Promise<Page | Problem> {
  const query = explainQuery(parameters)
  if (typeof query === 'string') return problemWith(codes.ADMIN_REQUEST_INVALID, { detail: query })
  const explanation = await host.explain(query)
  if (!explanation.ok) return problemWith(codes.ADMIN_REQUEST_INVALID, { detail: explanation.problem })
  if (/^text\/plain\b/i.test(accept.trim())) return page(200, text, explanation.text)
  return json(200, explanation.json)
}

/** The question, or what is wrong with it. */
function explainQuery(parameters: URLSearchParams): ExplainQuery | string {
  for (const name of parameters.keys()) {
    if (!['method', 'url', 'as', 'from', 'header'].includes(name))
      return 'Known parameters are method, url, as, from and header.'
    if (name !== 'header' && parameters.getAll(name).length > 1) return `Give ${name} once.`
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
  return { method, url, as: parameters.get('as'), from: parameters.get('from'), headers }
}

async function reload(host: AdminHost): Promise<Page | Problem> {
  const outcome = await host.reload()
  if (outcome.ok) return json(200, { generation: outcome.generation })
  return problemWith(codes.RELOAD_REFUSED, { problems: outcome.problems })
}
