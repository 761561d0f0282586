import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bearer, requireGuard } from './lib/guard.ts'
import { type Contender, contendersOf, type Rule } from './lib/guarding.ts'
import type { Instance } from './lib/instance.ts'
import { loadOn, measureCeiling } from './lib/load.ts'
import type { BenchOptions } from './lib/options.ts'
import { reportSummaries } from './lib/report.ts'
import { measureInterleaved, measureLogged } from './lib/rounds.ts'
import { prepare, type Setup, versionsOf } from './lib/setup.ts'
import { startOrLeaveOut } from './lib/start-all.ts'
import { ratio, type Summary } from './lib/summary.ts'
import { audience, issuer, makeTokens, type Tokens } from './lib/tokens.ts'
import type { Load } from './lib/wrk.ts'

/** Used in turn, so that a cache of verified tokens has to hold them all. */
const tokenCount = 1000

/** X2: X1 over TLS with a check of the caller's token (ES256), with a cache of verified tokens and without. */
export function x2(options: BenchOptions): Promise<Record<string, unknown>> {
  return guarded('X2', options, 'token')
}

/** P1: the same, and the token must carry a role: beside Envoy with its filters for tokens and for roles. */
export function p1(options: BenchOptions): Promise<Record<string, unknown>> {
  return guarded('P1', options, 'role')
}

async function guarded(id: string, options: BenchOptions, rule: Rule): Promise<Record<string, unknown>> {
  const found = await prepare(options)
  const contenders = contendersOf(found.gateways, rule)
  const setup = { ...found, gateways: [...new Set(contenders.map(({ gateway }) => gateway))] }
  const tokens = makeTokens(tokenCount, rule)
  const running = await startContenders(contenders, setup, tokens)
  const script = scriptFor(tokens, setup)
  const ceiling = await measureCeiling(setup, options, script)
  const measured = await measureGuards([...running.keys()], setup, options, tokens, script)
  const results = [...running].flatMap(([instance, { cached }]) => {
    const summary = measured.get(instance)
    return summary === undefined ? [] : [{ name: instance.gateway.name, cached, summary }]
  })
  reportSummaries(
    'TLS and token',
    results.map(({ name, cached, summary }) => [cached ? `${name}, cache` : name, summary]),
  )
  const summariesOf = (wanted: boolean): Record<string, Summary> =>
    Object.fromEntries(
      results.filter(({ cached }) => cached === wanted).map(({ name, summary }) => [name, summary]),
    )
  const [cached, uncached] = [summariesOf(true), summariesOf(false)]
  return {
    id,
    machine: setup.machine,
    versions: versionsOf(setup),
    connections: options.connections,
    tokens: { count: tokenCount, bytes: tokens.right[0]?.length },
    ceiling,
    cached,
    uncached,
    ratioEnvoyCached: ratio(cached['sallyport'], cached['envoy']),
    ratioEnvoyUncached: ratio(uncached['sallyport'], uncached['envoy']),
    ...(uncached['haproxy'] === undefined
      ? {}
      : {
          // HAProxy keeps no verified tokens: the same figure of it stands under both.
          ratioHaproxyCached: ratio(cached['sallyport'], uncached['haproxy']),
          ratioHaproxyUncached: ratio(uncached['sallyport'], uncached['haproxy']),
        }),
    ciphers: Object.fromEntries([...running.keys()].map(({ gateway, cipher }) => [gateway.name, cipher])),
  }
}

async function startContenders(
  contenders: readonly Contender[],
  setup: Setup,
  tokens: Tokens,
): Promise<Map<Instance, Contender>> {
  const { gatewayCore: core, workspace, certificate, backend } = setup
  const tokenKey = join(workspace, 'token-key.pem')
  writeFileSync(tokenKey, tokens.publicKey)
  const values = { ISSUER: issuer, AUDIENCE: audience, JWKS: tokens.jwks, TOKENKEY: tokenKey }
  const place = { core, workspace, certificate, backendPort: backend.port }
  const headers = bearer(tokens.right[0] ?? '')
  const running = new Map<Instance, Contender>()
  for (const contender of contenders) {
    const configured = { ...place, values: { ...values, ...contender.values }, headers }
    const instance = await startOrLeaveOut(contender.gateway, configured)
    if (instance !== null) running.set(instance, contender)
  }
  return running
}

function scriptFor(tokens: Tokens, { workspace }: Setup): NonNullable<Load['script']> {
  const list = join(workspace, 'tokens')
  writeFileSync(list, `${tokens.right.join('\n')}\n`, { mode: 0o600 })
  return { file: fileURLToPath(new URL('./lib/tokens.lua', import.meta.url)), args: [list] }
}

/** Every round begins with the proof that this gateway, warm, refuses what it has to refuse. */
function measureGuards(
  instances: readonly Instance[],
  setup: Setup,
  options: BenchOptions,
  tokens: Tokens,
  script: NonNullable<Load['script']>,
): Promise<Map<Instance, Summary>> {
  const authority = readFileSync(setup.certificate.cert)
  return measureInterleaved(instances, options, (instance) => {
    const url = instance.urls.tls
    const load = { ...loadOn(url, setup, options), script }
    const check = (): Promise<void> => requireGuard(instance.gateway.name, { url, authority }, tokens)
    return measureLogged(instance, load, setup.backend.pid, check)
  })
}
