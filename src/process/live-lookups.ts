import type { Lookups } from '../gateway/compile.ts'
import type { ControlLink } from '../gateway/control-half.ts'
import type { KeyRecord } from '../gateway/policy.ts'
import { KeyIndex } from '../store/key-index.ts'
import { RevocationIndex } from '../store/revocation-index.ts'
import type { Store } from '../store/store.ts'
import type { ControlHalves } from './control-halves.ts'
import { nobody } from './control-links.ts'

/** The control plane's own view of keys, revocations and control halves, for `explain`. Empty until they are there. */
export class LiveLookups implements Lookups {
  readonly revocations: RevocationIndex = new RevocationIndex()
  halves: ControlHalves | null = null
  #keys: KeyIndex | null = null

  refresh(store: Store): void {
    this.#keys = new KeyIndex(store.keys.snapshot(), store.pepper)
    this.revocations.replace(store.revocations.snapshot())
  }

  findKey(presented: string): KeyRecord | undefined {
    return this.#keys?.find(presented)
  }

  control(policy: string, where: string, settings: unknown): ControlLink {
    return this.halves?.link(policy, where, settings) ?? nobody
  }
}
