import { z } from 'zod'
import { codes } from '../../src/codes.ts'
import { plainCaller } from '../../src/gateway/facts.ts'
import { definePolicy, type Policy, type PolicyInstance } from '../../src/gateway/policy.ts'
import { deny, pass } from '../../src/gateway/verdict.ts'
import { contractOf } from '../../src/testing/contract.ts'

// Policies that break the contract, each in ways that one of its tests must find. Run by `contract.test.ts`.

const page = ['What it stops', 'Settings', 'Denials'].map((heading) => `## ${heading}\n\ntext\n`).join('\n')

function broken(
  name: string,
  parts: Partial<Policy>,
  request: PolicyInstance['request'],
  close?: () => void,
): Policy {
  return definePolicy<unknown>({
    name,
    phases: ['authorize'],
    place: 'setting',
    facing: 'untrusted-client',
    onError: 'deny',
    reads: [],
    writes: [],
    config: z.strictObject({}),
    denials: [codes.ADDRESS_REFUSED],
    setup: () => ({
      ...(request === undefined ? {} : { request }),
      ...(close === undefined ? {} : { close }),
    }),
    ...parts,
  })
}

const allow = { name: 'allow', config: {}, request: {}, expect: { verdict: 'pass' } }
const refuse = {
  name: 'refuse',
  config: {},
  request: { headers: { authorization: 'Bearer a-long-secret' } },
  expect: { verdict: 'deny', code: 'ADDRESS_REFUSED' },
}

contractOf(
  broken('leaks', {}, (request) => {
    const credential = request.header('authorization')
    return credential === undefined ? pass : deny(codes.ADDRESS_REFUSED, { reason: credential })
  }),
  { page, cases: [allow, refuse] },
)

contractOf(
  broken('undeclared', { denials: [codes.ADDRESS_REFUSED, codes.API_KEY_INVALID] }, (request, set) => {
    set('caller', plainCaller('none', 'someone'))
    return request.header('authorization') === undefined ? pass : deny(codes.CORS_REFUSED)
  }),
  { page, cases: [allow, refuse] },
)

contractOf(
  broken('loose', { config: z.object({ key: z.any() }).loose() }, () => pass),
  { page, cases: [{ ...allow, config: { key: 'value' } }] },
)

contractOf(
  broken(
    'holds',
    { setup: () => ({ request: () => pass, close: () => void setTimeout(() => {}, 300) }) },
    undefined,
  ),
  { page, cases: [allow] },
)
