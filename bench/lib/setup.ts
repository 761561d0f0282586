import { cpus } from 'node:os'
import { type Backend, startBackend } from './backend.ts'
import { requireTools } from './binaries.ts'
import { allowedCores } from './cpu.ts'
import { findGateways, type Gateway } from './gateways.ts'
import type { BenchOptions } from './options.ts'
import { pinSelf } from './processes.ts'
import { type Certificate, createCertificate, createWorkspace } from './workspace.ts'

/** Everything a bench needs before it starts its gateways. */
export interface Setup {
  readonly machine: { readonly cores: number; readonly cpu: string }
  /** The gateway's core. */
  readonly gatewayCore: number
  /** The core of load generator, backend and bench. */
  readonly loadCore: number
  /** Removed at the end. */
  readonly workspace: string
  readonly backend: Backend
  readonly certificate: Certificate
  readonly gateways: readonly Gateway[]
}

/** @throws Error with the remedy where the machine lacks a core or a tool. */
export async function prepare(options: BenchOptions): Promise<Setup> {
  requireTools()
  const cores = allowedCores()
  const [gatewayCore, loadCore] = cores
  if (gatewayCore === undefined || loadCore === undefined) {
    throw new Error('a bench needs two cores: one for the gateway, one for load generator and backend')
  }
  const gateways = findGateways(options.only)
  pinSelf(loadCore)
  const workspace = createWorkspace()
  const certificate = createCertificate(workspace)
  const backend = await startBackend(loadCore, workspace)
  const machine = { cores: cores.length, cpu: cpus()[0]?.model ?? 'unknown' }
  return { machine, gatewayCore, loadCore, workspace, backend, certificate, gateways }
}

/** Versions for the JSON line. */
export function versionsOf(setup: Setup): Record<string, string> {
  const pairs = setup.gateways.map(({ name, version }) => [name, version])
  return { ...Object.fromEntries(pairs), backend: setup.backend.version }
}
