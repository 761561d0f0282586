import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfiguration } from '../config/load.ts'
import { type Outline, readOutline } from '../config/outline.ts'
import type { Finding, Problem } from '../config/problem.ts'
import { renderProblems } from '../config/render.ts'
import type { GatewaySpec } from '../config/spec.ts'
import { compile, type Lookups, PlanError } from '../gateway/compile.ts'
import type { Plan } from '../gateway/plan.ts'
import type { Policy } from '../gateway/policy.ts'
import type { Upstream } from '../gateway/upstream.ts'
import { keyMaterialProblems } from './key-material.ts'
import { StartError } from './start-error.ts'

/** Where a configuration is read from. */
export interface ConfigurationSource {
  /** Empty: `sallyport.yaml` (or `.json`, `sallyport.config.ts`) of `cwd`, or else the embedded default. */
  readonly files: readonly string[]
  readonly dataFolder?: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** A configuration that loads and compiles. */
export interface Configuration {
  readonly spec: GatewaySpec
  /** Compiled for judging, not for serving: `explain` asks it what the data threads would decide. */
  readonly plan: Plan
  readonly findings: readonly Finding[]
  /** True when no file was there and the embedded default is in force: it serves no API at all. */
  readonly embedded: boolean
}

const standardNames = ['sallyport.yaml', 'sallyport.yml', 'sallyport.json', 'sallyport.config.ts']

/** The configuration in force where there is none: everything is refused, and the ports show that the gateway runs. */
export const embeddedDefault: string = fileURLToPath(new URL('../../schema/default.yaml', import.meta.url))

/** Files to read: those named, else the standard one of the folder, else the embedded default. */
export function configurationFiles({ files, cwd }: ConfigurationSource): {
  files: readonly string[]
  embedded: boolean
} {
  if (files.length > 0) return { files, embedded: false }
  const found = standardNames.find((name) => existsSync(join(cwd, name)))
  return found === undefined
    ? { files: [embeddedDefault], embedded: true }
    : { files: [found], embedded: false }
}

/** Loads and compiles; throws StartError with every problem found. */
export async function readConfiguration(
  source: ConfigurationSource,
  policies: readonly Policy[],
  generation: number,
  lookups: Lookups,
): Promise<Configuration> {
  const { files, embedded } = configurationFiles(source)
  const dataFolder = source.dataFolder ?? (embedded ? '.sallyport' : undefined)
  const loaded = await loadConfiguration(files, {
    ...(dataFolder === undefined ? {} : { dataFolder }),
    env: source.env,
    cwd: source.cwd,
    policies,
  })
  if (!loaded.ok) throw refusal(loaded.problems, source)
  const unusable = keyMaterialProblems(loaded.spec)
  if (unusable.length > 0) throw refusal(unusable, source)
  try {
    const plan = compile(loaded.spec, {
      generation,
      policies,
      lookups,
      upstream: (service) => judgeOnly(service.name),
    })
    return { spec: loaded.spec, plan, findings: loaded.findings, embedded }
  } catch (error) {
    if (!(error instanceof PlanError)) throw error
    throw refusal(
      [
        {
          source: error.source,
          path: '',
          message: error.message,
          remedy: 'Change the line, or what it depends on.',
        },
      ],
      source,
    )
  }
}

/** Reads no more of a configuration than commands on the store want; throws StartError with what is in the way. */
export async function readConfigurationOutline(source: ConfigurationSource): Promise<Outline> {
  const { files, embedded } = configurationFiles(source)
  const dataFolder = source.dataFolder ?? (embedded ? '.sallyport' : undefined)
  const outline = await readOutline(files, {
    ...(dataFolder === undefined ? {} : { dataFolder }),
    env: source.env,
    cwd: source.cwd,
  })
  if ('dataFolder' in outline) return outline
  throw refusal(outline, source)
}

function refusal(problems: readonly Problem[], { cwd }: ConfigurationSource): StartError {
  return new StartError(renderProblems(problems, { color: false, cwd }).trimEnd(), problems)
}

function judgeOnly(name: string): Upstream {
  return {
    name,
    forward: () => {
      throw new Error('this plan judges and does not forward')
    },
  }
}
