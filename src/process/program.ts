import type { Policy } from '../gateway/policy.ts'
import { policies } from '../policies/registry.ts'

/** What runs: the policies, and the module that a data thread starts with, which must know the same policies. */
export interface Program {
  readonly policies: readonly Policy[]
  readonly dataThread: URL
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/** The gateway as it is published. */
export const standardProgram: Program = {
  policies,
  dataThread: new URL(`./threads/data-thread.${extension}`, import.meta.url),
}
