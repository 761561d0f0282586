import type { ApiDocument } from '../openapi/document.ts'
import type { Path } from '../read/tree.ts'
import type { Report } from '../report.ts'
import type { ApiBlock } from '../schema/apis.ts'
import { parseHost } from './host.ts'
import { prefixProblem } from './template.ts'

/** What all operations of one API share. */
export interface Api {
  readonly name: string
  readonly at: Path
  readonly block: ApiBlock
  readonly document: ApiDocument | null
  /** Lower case; empty means every host. */
  readonly hosts: readonly string[]
  readonly prefix: string
  readonly stripPrefix: string
  readonly addPrefix: string
}

/** Resolves what is said once for a whole API. */
export function resolveApi(name: string, block: ApiBlock, document: ApiDocument | null, report: Report): Api {
  const at: Path = ['apis', name]
  const prefix = resolvePrefix(at, block, document, report)
  return {
    name,
    at,
    block,
    document,
    hosts: (block.hosts ?? []).map((written, index) => resolveHost([...at, 'hosts', index], written, report)),
    prefix,
    stripPrefix: block.stripPrefix === true ? prefix : '',
    addPrefix: checkedPrefix([...at, 'upstreamPrefix'], block.upstreamPrefix ?? '', report),
  }
}

function resolvePrefix(at: Path, block: ApiBlock, document: ApiDocument | null, report: Report): string {
  if (block.prefix !== undefined || document === null)
    return checkedPrefix([...at, 'prefix'], block.prefix ?? '', report)
  const prefix = document.basePaths[0] ?? ''
  const problem = prefix === '' ? null : prefixProblem(prefix)
  if (problem !== null) {
    report.refuseAt(
      document.locate(['servers']),
      at,
      `path \`${prefix}\` of the first server: ${problem.message}`,
      'Write `prefix` in the API.',
      report.tree.keyOf(at),
    )
  }
  return prefix
}

function checkedPrefix(at: Path, written: string, report: Report): string {
  const prefix = written === '/' ? '' : written
  const problem = prefix === '' ? null : prefixProblem(prefix)
  if (problem !== null) report.refuse(at, problem.message, problem.remedy)
  return prefix
}

function resolveHost(at: Path, written: string, report: Report): string {
  const host = parseHost(written)
  if (host === null)
    report.refuse(
      at,
      `\`${written}\` is no host`,
      'Write a name such as `api.example.com`, without a scheme and a port.',
    )
  return host ?? written
}
