import type { Policy, PolicyInstance } from '../gateway/policy.ts'

/** A policy that fails in one way, and is otherwise declared as the one it stands for. */
export interface FailingPolicy {
  readonly how: string
  readonly policy: Policy
}

const failures: Readonly<Record<string, PolicyInstance['request']>> = {
  'a throw': () => {
    throw new Error('fails on purpose')
  },
  'a rejection': () => Promise.reject(new Error('fails on purpose')),
  'a timeout': () => new Promise(() => {}),
}

/** The policy with a `request` that throws, rejects, or never decides. Empty where it has no phase that decides. */
export function failurePolicies(policy: Policy): readonly FailingPolicy[] {
  if (policy.phases.every((phase) => phase === 'prepare' || phase === 'respond')) return []
  return Object.entries(failures).map(([how, request]) => ({
    how,
    policy: { ...policy, timeout: 20, setup: () => ({ request: request! }) },
  }))
}
