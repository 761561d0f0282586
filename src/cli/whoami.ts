import { resolve } from 'node:path'
import { policies } from '../policies/registry.ts'
import { certificateOfFile } from '../process/certificate-file.ts'
import type { ConfigurationSource } from '../process/configuration.ts'
import { judging } from '../process/judging/judging.ts'
import { renderWhoami, whoami } from '../process/judging/whoami.ts'
import { headerOf } from './header-option.ts'
import { jsonText, type Output } from './output.ts'

/** What `whoami` is asked. */
export interface WhoamiArguments {
  /** Lines `Name: value`. */
  readonly header: readonly string[]
  readonly from?: string
  /** File with a client certificate. */
  readonly cert?: string
  readonly identity?: string
  readonly format: 'text' | 'json'
  readonly source: ConfigurationSource
}

/** Judges credentials as the gateway would, and says why. Exit 0: somebody is proven; 1: nobody is. */
export async function runWhoami(args: WhoamiArguments, { stdout, stderr }: Output): Promise<number> {
  const { header, cert } = args
  if (header.length === 0 && cert === undefined) {
    stderr(
      "Write the header with the credential: sallyport whoami -H 'Authorization: Bearer …', or --cert FILE\n",
    )
    return 2
  }
  const query = {
    headers: header.map(headerOf),
    from: args.from ?? null,
    identity: args.identity ?? null,
  }
  const judged = await judging(args.source, policies, ({ plan, spec }) => {
    const certificate = cert === undefined ? null : certificateOfFile(resolve(args.source.cwd, cert), spec)
    return whoami(plan, { ...query, certificate })
  })
  if (typeof judged === 'string') {
    stderr(`${judged}\n`)
    return 2
  }
  stdout(args.format === 'json' ? jsonText(judged) : renderWhoami(judged))
  const verdicts = judged.map(({ verdict }) => verdict)
  return verdicts.includes('proven') && !verdicts.includes('refused') ? 0 : 1
}
