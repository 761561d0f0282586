import { z } from 'zod'
import { definePolicy, type Policy } from '../../src/gateway/policy.ts'
import { pass } from '../../src/gateway/verdict.ts'

const never = new Promise<never>(() => undefined)

/** Ways in which a mistake in a policy ends its thread: what the core catches (a throw in `request`) is none of them. */
const faults: Readonly<Record<string, () => Promise<never>>> = {
  throw: () => {
    setImmediate(() => {
      throw new Error('thrown where nobody catches')
    })
    return never
  },
  hang: () => {
    for (;;);
  },
  heap: () => {
    const held: unknown[] = []
    for (;;) held.push(new Array(100_000).fill({}))
  },
}

/** A requirement that ends the thread of a request with `X-Fault: throw | hang | heap`. */
export const faulty: Policy = definePolicy({
  name: 'faulty',
  phases: ['screen'],
  place: 'requirement',
  facing: 'untrusted-client',
  onError: 'deny',
  timeout: 60_000,
  reads: [],
  writes: [],
  config: z.boolean(),
  denials: [],
  setup: () => ({ request: (x) => faults[x.header('x-fault') ?? '']?.() ?? pass }),
})
