import { readFile } from 'node:fs/promises'
import type { Agent, fetch as undiciFetch } from 'undici'
import type { ExplainQuery } from '../admin/host.ts'
import { printable } from '../observe/printable.ts'
import { policies } from '../policies/registry.ts'
import { type ConfigurationSource, readConfiguration } from '../process/configuration.ts'
import { LiveLookups } from '../process/halves/live-lookups.ts'
import { explain } from '../process/judging/explain.ts'
import type { ExplainedRequest } from '../process/judging/explained-request.ts'
import { judging } from '../process/judging/judging.ts'
import { renderExplanation } from '../process/judging/render-explanation.ts'
import { claimOption } from './claim-option.ts'
import { headerOf } from './header-option.ts'
import { jsonText, type Output } from './output.ts'
import { textOrFile } from './text-or-file.ts'

/** What `explain` is asked. */
export interface ExplainArguments {
  readonly method?: string
  readonly url?: string
  readonly as?: string
  /** Address the request comes from. */
  readonly from?: string
  /** Lines `Name: value`. */
  readonly header: readonly string[]
  /** What the assumed caller has; claims as `name=value`. */
  readonly scope: readonly string[]
  readonly role: readonly string[]
  readonly claim: readonly string[]
  /** A file, or the text itself. */
  readonly body?: string
  readonly object?: string
  readonly whyNot: boolean
  readonly defaults: boolean
  /** Admin address of a running gateway. */
  readonly admin?: string
  readonly tokenFile?: string
  /** File with the authority of its certificate, instead of those that Node believes. */
  readonly cacert?: string
  readonly format: 'text' | 'json'
  readonly source: ConfigurationSource
}

/** Explains a request from a configuration, or by asking a running gateway. Exit 0: it would pass; 1: it would not. */
export async function runExplain(args: ExplainArguments, { stdout, stderr }: Output): Promise<number> {
  if (args.defaults) return printDefaults(args, stdout)
  if (args.method === undefined || args.url === undefined) {
    stderr('Write a method and a path: sallyport explain GET /orders\n')
    return 2
  }
  const query: ExplainQuery = {
    method: args.method,
    url: args.url,
    as: args.as ?? null,
    from: args.from ?? null,
    headers: args.header.map(headerOf),
    scopes: args.scope,
    roles: args.role,
    claims: claimOption(args.claim),
    body: textOrFile(args.body, args.source.cwd),
    object: textOrFile(args.object, args.source.cwd),
    whyNot: args.whyNot,
  }
  return args.admin === undefined
    ? explainFile(args, query, { stdout, stderr })
    : explainRunning(args, args.admin, query, { stdout, stderr })
}

async function explainFile(
  { source, format }: ExplainArguments,
  query: ExplainQuery,
  { stdout, stderr }: Output,
): Promise<number> {
  const explanation = await judging(source, policies, ({ plan }) => explain(plan, query))
  if (!explanation.ok) {
    stderr(`${explanation.problem}\n`)
    return 2
  }
  stdout(format === 'json' ? jsonText(explanation.json) : explanation.text)
  return exitCodeOf(explanation.json as ExplainedRequest)
}

function exitCodeOf({ verdict }: ExplainedRequest): number {
  return verdict === 'allow' || verdict === 'answer' ? 0 : 1
}

async function explainRunning(
  { tokenFile, cacert, format }: ExplainArguments,
  admin: string,
  query: ExplainQuery,
  { stdout, stderr }: Output,
): Promise<number> {
  if (tokenFile === undefined) {
    stderr('Name the file with the admin token: --token-file .sallyport/admin-token\n')
    return 2
  }
  const url = URL.parse('/explain', admin)
  if (url === null) {
    stderr('Write the admin address as a URL: --admin http://127.0.0.1:9901\n')
    return 2
  }
  url.searchParams.set('method', query.method)
  url.searchParams.set('url', query.url)
  if (query.as !== null) url.searchParams.set('as', query.as)
  if (query.from !== null) url.searchParams.set('from', query.from)
  if (query.body !== null) url.searchParams.set('body', query.body)
  if (query.object !== null) url.searchParams.set('object', query.object)
  if (query.whyNot) url.searchParams.set('why-not', 'true')
  for (const [name, value] of query.headers) url.searchParams.append('header', `${name}: ${value}`)
  for (const scope of query.scopes) url.searchParams.append('scope', scope)
  for (const role of query.roles) url.searchParams.append('role', role)
  for (const [name, value] of Object.entries(query.claims))
    url.searchParams.append('claim', `${name}=${JSON.stringify(value)}`)
  const token = (await readFile(tokenFile, 'utf8')).trim()
  const connect = cacert === undefined ? {} : { ca: await readFile(cacert, 'utf8') }
  // Loaded here: the other commands, and the gateway itself, do without.
  const { Agent, fetch } = await import('undici')
  const agent = new Agent({ connect })
  const { status, body } = await ask(url, token, agent, fetch).finally(() => agent.destroy())
  if (status !== 200) {
    stderr(`the gateway answered ${status}: ${printable(body)}\n`)
    return 2
  }
  const explanation = JSON.parse(body) as ExplainedRequest
  stdout(format === 'json' ? jsonText(explanation) : renderExplanation(explanation))
  return exitCodeOf(explanation)
}

async function ask(
  url: URL,
  token: string,
  dispatcher: Agent,
  fetch: typeof undiciFetch,
): Promise<{ status: number; body: string }> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
    dispatcher,
  }).catch((error: Error) => {
    const why = error.cause instanceof Error ? error.cause.message : error.message
    const options = url.protocol === 'https:' ? '--admin and --cacert' : '--admin'
    throw new Error(`no gateway answers at ${url.origin} (${why}): check \`admin.address\` and ${options}`)
  })
  return { status: response.status, body: await response.text() }
}

/** What `--defaults` prints: the sections that have defaults, and nothing that holds the settings of identities. */
const shownByDefaults = [
  'listeners',
  'admin',
  'trustedProxies',
  'limits',
  'services',
  'dataThreads',
  'readinessLeadMs',
  'drainTimeoutMs',
  'watch',
  'log',
  'dataFolder',
] as const

/** The configuration as it is in force, with every default written out and every secret left out. */
async function printDefaults({ source }: ExplainArguments, stdout: (text: string) => void): Promise<number> {
  const { spec } = await readConfiguration(source, policies, 1, new LiveLookups())
  const shown = Object.fromEntries(shownByDefaults.map((section) => [section, spec[section]]))
  let text = JSON.stringify(shown, null, 2)
  for (const secret of spec.secrets)
    if (secret !== '') text = text.replaceAll(JSON.stringify(secret).slice(1, -1), '[secret]')
  stdout(`${text}\n`)
  return 0
}
