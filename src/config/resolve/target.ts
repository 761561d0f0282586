import type { TargetSpec } from '../spec.ts'
import { parsePort } from './address.ts'
import { parseHost } from './host.ts'
import { prefixProblem } from './template.ts'

/** A target, or what is wrong with it and what to write. */
export type TargetResult =
  | { readonly ok: true; readonly target: TargetSpec }
  | { readonly ok: false; readonly message: string; readonly remedy: string }

const form = /^(https?):\/\/([^/?#@\\]*)(\/[^?#\\]*)?$/i
const authority = /^(\[[^[\]]*\]|[^:[\]]*)(?::([^:]*))?$/

/**
 * Reads `http://host:port/base`. By hand, because the URL parser of browsers repairs what it reads: it takes
 * `http:/\x` and `0x7f.1` for addresses.
 */
export function parseTarget(text: string): TargetResult {
  const refuse = (message: string): TargetResult => ({
    ok: false,
    message,
    remedy: 'Write `http://host:port` or `https://host:port`, with a path where the service has one.',
  })
  if (text.includes('@'))
    return {
      ok: false,
      message: 'a target has no user or password',
      remedy: 'Remove them: send credentials by `headers`.',
    }
  if (/[?#]/.test(text)) return refuse('a target has no query and no fragment')
  const match = form.exec(text)
  if (match === null) return refuse('not an http or https address')
  const secure = match[1]!.toLowerCase() === 'https'
  const parts = authority.exec(match[2]!)
  const host = parts === null ? null : parseHost(parts[1]!)
  if (parts === null || host === null) return refuse(`\`${match[2]}\` is no host with an optional port`)
  const port = parts[2] === undefined ? (secure ? 443 : 80) : parsePort(parts[2])
  if (port === null || port === 0) return refuse(`\`${parts[2]}\` is no port`)
  const path = match[3] ?? ''
  const basePath = path.endsWith('/') ? path.slice(0, -1) : path
  const problem = basePath === '' ? null : prefixProblem(basePath)
  return problem === null ? { ok: true, target: { secure, host, port, basePath } } : { ok: false, ...problem }
}
