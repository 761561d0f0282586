import { writeFile } from 'node:fs/promises'
import { basename, dirname, relative, resolve } from 'node:path'
import { loadConfiguration } from '../config/load.ts'
import type { ApiDocument } from '../config/openapi/document.ts'
import { DocumentError } from '../config/openapi/document-error.ts'
import { loadDocument } from '../config/openapi/load.ts'
import { renderProblems } from '../config/render.ts'
import { parseTarget } from '../config/resolve/target.ts'
import { printable } from '../observe/printable.ts'
import { policies } from '../policies/registry.ts'
import { configurationText, type InitPlan } from './init-configuration.ts'
import { closedText, understoodText } from './init-report.ts'

/** What `sallyport init` is called with. */
export interface InitArguments {
  /** OpenAPI document; without it an example route is written. */
  readonly document?: string
  /** Address of the service. Default: the first usable one of the document, else `http://127.0.0.1:3000`. */
  readonly upstream?: string
  /** Default `./sallyport.yaml`. */
  readonly output?: string
  /** Replaces a file that exists. Default false. */
  readonly force?: boolean
  readonly cwd: string
  readonly stdout: (text: string) => void
  /** Default: `stdout`. */
  readonly stderr?: (text: string) => void
}

const DEFAULT_OUTPUT = 'sallyport.yaml'
const DEFAULT_UPSTREAM = 'http://127.0.0.1:3000'

/**
 * Writes a commented configuration that starts at once, and tells what it understood and what it left closed.
 * Exit codes: 0 written, 1 written but it does not load yet, 2 nothing written.
 */
export async function runInit(given: InitArguments): Promise<number> {
  const { cwd, stdout } = given
  const stderr = given.stderr ?? stdout
  const document = await readDocument(given, stderr)
  if (document === undefined) return 2
  const upstream = chooseUpstream(given.upstream, document)
  if (upstream === null) {
    stderr(
      `\`${printable(given.upstream ?? '')}\` is no upstream. Write it like \`--upstream http://127.0.0.1:3000\`.\n`,
    )
    return 2
  }
  const output = resolve(cwd, given.output ?? DEFAULT_OUTPUT)
  const near = relative(cwd, output)
  const plan: InitPlan = {
    name: nameOf(document),
    document,
    documentPath: document === null ? '' : pathFrom(dirname(output), resolve(cwd, given.document!)),
    ...upstream,
    fileOption: near === DEFAULT_OUTPUT ? '' : ` -c ${near}`,
  }
  const failure = await write(output, configurationText(plan), given.force === true)
  if (failure !== null) {
    stderr(`${printable(near)}: ${failure}\n`)
    return 2
  }
  if (document !== null) stdout(understoodText(document, cwd) + closedText(document))
  stdout(`Wrote ${printable(near)}: requests go to ${printable(plan.upstream)}.\n`)
  const loaded = await loadConfiguration([output], { env: {}, cwd, policies })
  if (!loaded.ok) {
    stderr(`It does not load yet:\n${renderProblems(loaded.problems, { color: false, cwd })}`)
    return 1
  }
  stdout(
    `Next:\n  sallyport keys create keys${printable(plan.fileOption)} --owner me\n  sallyport start${printable(plan.fileOption)}\n`,
  )
  return 0
}

/** null without a document, undefined when it cannot be used. */
async function readDocument(
  { document, cwd }: InitArguments,
  stderr: (text: string) => void,
): Promise<ApiDocument | null | undefined> {
  if (document === undefined) return null
  try {
    return await loadDocument(resolve(cwd, document))
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    const problems = error.problems.map((problem) => ({ ...problem, path: '' }))
    stderr(renderProblems(problems, { color: false, cwd }))
    return undefined
  }
}

/** null when the given one is none. */
function chooseUpstream(
  given: string | undefined,
  document: ApiDocument | null,
): { upstream: string; upstreamReason: string } | null {
  if (given !== undefined) {
    const result = parseTarget(given)
    if (!result.ok) return null
    // The document's base path stays in the path of requests: an upstream that repeats it would get it twice.
    const base = document?.basePaths[0] ?? ''
    const { basePath } = result.target
    const repeats = base !== '' && basePath.endsWith(base)
    const written = given.replace(/\/$/, '')
    return {
      upstream: repeats ? written.slice(0, -base.length) : written,
      upstreamReason: repeats
        ? `Without ${printable(base)}: paths bring it along.`
        : 'Paths are passed on as they came.',
    }
  }
  const origin = document?.origins.find((candidate) => parseTarget(candidate).ok)
  if (origin !== undefined) return { upstream: origin, upstreamReason: 'From `servers` of the document.' }
  return { upstream: DEFAULT_UPSTREAM, upstreamReason: 'Write the address of your service here.' }
}

/** The title as a name that labels metrics and logs, or `api`. */
function nameOf(document: ApiDocument | null): string {
  if (document === null) return 'hello'
  const words =
    document.title
      .toLowerCase()
      .slice(0, 200)
      .match(/[a-z0-9]+/g) ?? []
  return words.join('-').slice(0, 40).replace(/-$/, '') || 'api'
}

function pathFrom(folder: string, file: string): string {
  const path = relative(folder, file)
  return path.startsWith('..') ? path : `./${path}`
}

/** Why the file was not written, or null. */
async function write(file: string, text: string, force: boolean): Promise<string | null> {
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' })
    return null
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'EEXIST')
      return 'exists already. Write `--force` to replace it, or `--output FILE` for another one.'
    if (code === 'ENOENT')
      return `the folder ${printable(basename(dirname(file)))} does not exist. Make it first.`
    if (code === '') throw error
    return `cannot be written (${code}). Choose another place with \`--output FILE\`.`
  }
}
