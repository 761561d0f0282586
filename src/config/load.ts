import { availableParallelism } from 'node:os'
import type { Policy } from '../gateway/policy.ts'
import type { Finding, Problem } from './problem.ts'
import { readFiles } from './read/files.ts'
import { References } from './read/references.ts'
import { secretCleaner } from './redact.ts'
import { Report } from './report.ts'
import { resolveApis } from './resolve/apis.ts'
import { refuseConflicts } from './resolve/conflicts.ts'
import { resolveDataFolder } from './resolve/data-folder.ts'
import { resolveIdentities } from './resolve/identities.ts'
import { refuseTakenAddresses, resolveAdmin, resolveListeners } from './resolve/listeners.ts'
import { resolveRoles } from './resolve/roles.ts'
import { resolveServices } from './resolve/services.ts'
import { resolveSinks } from './resolve/sinks.ts'
import { Steps } from './resolve/steps.ts'
import { findUnaskedCertificates } from './resolve/unasked-certificates.ts'
import { findUnused } from './resolve/unused.ts'
import { usedSteps } from './resolve/used-steps.ts'
import { configurationSchema } from './schema/configuration.ts'
import type { Limits } from './schema/limits.ts'
import { parseWith } from './schema/parse.ts'
import type { GatewaySpec, WireLimits } from './spec.ts'

/** What a configuration is read with. */
export interface LoadOptions {
  /** Wins over `data` of the configuration. Relative to `cwd`. */
  readonly dataFolder?: string
  /** Environment that `${env:NAME}` reads. */
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly policies: readonly Policy[]
}

/** A configuration that can be served, or every reason found why it cannot. */
export type LoadResult =
  | { readonly ok: true; readonly spec: GatewaySpec; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/**
 * Reads configuration files (YAML, JSON, TypeScript) and the documents they name, and resolves them to what the
 * gateway serves: defaults filled in, inheritance applied, nothing open that was not written open.
 */
export async function loadConfiguration(files: readonly string[], options: LoadOptions): Promise<LoadResult> {
  const references = new References(options.env)
  const problems: Problem[] = []
  const result = await load(files, options, references, problems)
  if (result !== null && problems.length === 0) return result
  return { ok: false, problems: inOrder(problems.map(cleaned(references))) }
}

async function load(
  names: readonly string[],
  { dataFolder, cwd, policies }: LoadOptions,
  references: References,
  problems: Problem[],
): Promise<LoadResult | null> {
  if (names.length === 0) {
    const source = { file: cwd, line: 0, column: 0 }
    problems.push({
      source,
      path: '',
      message: 'no configuration file',
      remedy: 'Name one with `-c`, or run `sallyport init`.',
    })
    return null
  }
  const { tree, files } = await readFiles(names, cwd, references, problems)
  if (files.length === 0) return null
  const report = new Report(tree, problems)
  const parsed = parseWith(configurationSchema(policies), () => tree.root, [], report)
  if (!parsed.ok) return null
  const configuration = parsed.value
  const listeners = resolveListeners(configuration, report)
  const admin = resolveAdmin(configuration, report)
  refuseTakenAddresses(listeners, admin, report)
  const services = resolveServices(configuration, report)
  const identities = resolveIdentities(configuration, policies, report)
  const roles = resolveRoles(configuration.roles, Object.keys(configuration.identities), report)
  const log = resolveSinks(configuration, report)
  const steps = new Steps(policies, Object.keys(configuration.identities), report)
  const around = { limits: configuration.limits, services: configuration.services, steps, report }
  const today = new Date().toISOString().slice(0, 10)
  const apis = await resolveApis(configuration.apis, Object.keys(configuration.identities), around, today)
  refuseConflicts(apis.operations, report)
  // Blocks that no operation uses are checked all the same: a mistake at the top must not wait for the first API.
  steps.of([[]])
  if (problems.length > 0) return null
  const used = usedSteps(steps.list, apis.operations)
  const clean = secretCleaner(references.secrets)
  const spec: GatewaySpec = {
    listeners,
    admin,
    dataFolder: resolveDataFolder(configuration.data, dataFolder, cwd, files[0]!, tree),
    trustedProxies: configuration.trustedProxies,
    limits: wireLimits(configuration.limits),
    services,
    identities,
    roles,
    steps: used.steps,
    operations: used.operations,
    log,
    dataThreads: configuration.dataThreads === 'auto' ? availableParallelism() : configuration.dataThreads,
    readinessLeadMs: configuration.readinessLead ?? 0,
    drainTimeoutMs: configuration.drainTimeout,
    watch: configuration.watch,
    secrets: [...references.secrets],
    files: [...new Set([...files, ...apis.files, ...steps.files])],
    opens: report.opens.map(({ what, source }) => ({ what: clean(what), source })),
  }
  findUnused(spec, report)
  findUnaskedCertificates(spec, policies, report)
  return { ok: true, spec, findings: report.findings.map(cleaned(references)) }
}

function cleaned({ secrets }: References): <T extends Finding>(one: T) => T {
  const clean = secretCleaner(secrets)
  return (one) => ({ ...one, message: clean(one.message), remedy: clean(one.remedy) })
}

/** Problems as one reads: file by file, from top to bottom. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const files = [...new Set(problems.map(({ source }) => source.file))]
  return problems.toSorted((a, b) => {
    if (a.source.file !== b.source.file) return files.indexOf(a.source.file) - files.indexOf(b.source.file)
    return a.source.line - b.source.line || a.source.column - b.source.column
  })
}

function wireLimits(limits: Limits): WireLimits {
  return {
    requestLineBytes: limits.requestLine,
    headerCount: limits.headerCount,
    headerBytes: limits.headers,
    pipelinedBytes: limits.pipelined,
    handshakeTimeoutMs: limits.handshakeTimeout,
    handshakes: limits.handshakes,
    idleTimeoutMs: limits.idleTimeout,
    headTimeoutMs: limits.headTimeout,
    bodyIdleTimeoutMs: limits.bodyIdleTimeout,
    sendTimeoutMs: limits.sendTimeout,
    connections: limits.connections,
    connectionsPerAddress: limits.connectionsPerAddress,
  }
}
