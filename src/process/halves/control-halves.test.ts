import assert from 'node:assert/strict'
import test from 'node:test'
import { z } from 'zod'
import type { GatewaySpec } from '../../config/spec.ts'
import type { PublicJwk } from '../../engines/jwt-signing/signing-key.ts'
import { definePolicy, type Policy } from '../../gateway/policy.ts'
import { judgedSessions } from '../../store/sessions.ts'
import { ControlHalves } from './control-halves.ts'

const jwk = (kid: string): PublicJwk => ({
  kty: 'EC',
  crv: 'P-256',
  x: '',
  y: '',
  kid,
  alg: 'ES256',
  use: 'sig',
})

interface Settings {
  readonly kind: string
  readonly other: string
}

/** A policy whose places share a half by `kind`, or whose places have one each. */
function policyOf(name: string, isShared: boolean, log: string[]): Policy {
  const policy = definePolicy<Settings>({
    name,
    phases: ['authorize'],
    place: 'setting',
    facing: 'untrusted-client',
    onError: 'deny',
    reads: [],
    writes: [],
    config: z.strictObject({ kind: z.string(), other: z.string() }),
    denials: [],
    ...(isShared && { sharedControl: ({ kind }: Settings) => kind }),
    control: ({ kind }, host) => {
      log.push(`${host.where} starts`)
      host.publish(`${kind} at start`)
      return { publicKeys: () => [jwk(`${name} ${kind}`)], close: () => log.push(`${host.where} ends`) }
    },
    setup: () => ({}),
  })
  // As in the registry: settings are checked by the policy's own schema before they come here.
  return policy as Policy
}

/** The parts of a specification that say which halves are needed. */
function specOf(
  ...steps: readonly (readonly [policy: string, where: string, settings: Settings])[]
): GatewaySpec {
  const spec: Pick<GatewaySpec, 'identities' | 'steps'> = {
    identities: [],
    steps: steps.map(([policy, where, settings]) => ({
      policy,
      where,
      settings,
      mode: 'enforce',
      source: { file: '', line: 0, column: 0 },
      positions: {},
    })),
  }
  return spec as GatewaySpec
}

function halvesOf(log: string[], told: unknown[]): ControlHalves {
  return new ControlHalves({
    policies: [policyOf('shared', true, log), policyOf('own', false, log)],
    call: () => Promise.reject(new Error('nobody is called')),
    report: () => undefined,
    kept: () => ({ read: () => null, write: () => undefined }),
    sessions: () => judgedSessions(null),
    onState: (_half, state) => told.push(state),
  })
}

test('places that share a half have one, which other settings do not end', () => {
  const log: string[] = []
  const halves = halvesOf(log, [])
  const states = halves.prepare(
    specOf(
      ['shared', 'apis.a', { kind: 'x', other: '1' }],
      ['shared', 'apis.b', { kind: 'x', other: '2' }],
      ['own', 'apis.a', { kind: 'x', other: '1' }],
      ['own', 'apis.b', { kind: 'x', other: '2' }],
    ),
  )
  assert.equal(states.length, 3)
  assert.deepEqual(
    halves.publicKeys().map(({ kid }) => kid),
    ['shared x', 'own x', 'own x'],
  )
  const next = specOf(
    ['shared', 'apis.b', { kind: 'x', other: '3' }],
    ['own', 'apis.b', { kind: 'x', other: '3' }],
  )
  const [kept] = halves.prepare(next)
  assert.equal(kept?.half, states[0]?.half)
  halves.keepOnly(next)
  assert.deepEqual(log, [
    'x starts',
    'apis.a starts',
    'apis.b starts',
    'apis.b starts',
    'apis.a ends',
    'apis.b ends',
  ])
  halves.close()
  assert.deepEqual(halves.publicKeys(), [])
})

test('what a half publishes as it starts goes with the plan, and not to threads that know nothing of it', () => {
  const told: unknown[] = []
  const halves = halvesOf([], told)
  const [state] = halves.prepare(specOf(['shared', 'apis.a', { kind: 'x', other: '1' }]))
  assert.equal(state?.state, 'x at start')
  assert.deepEqual(told, [])
  halves.close()
})
