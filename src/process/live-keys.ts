import type { KeyRecord } from '../gateway/policy.ts'
import { KeyIndex } from '../store/key-index.ts'
import type { Store } from '../store/store.ts'

/** The control plane's own view of the API keys, for `explain`. Empty until a store is there. */
export class LiveKeys {
  #index: KeyIndex | null = null

  refresh(store: Store): void {
    this.#index = new KeyIndex(store.keysSnapshot(), store.pepper)
  }

  readonly find = (presented: string): KeyRecord | undefined => this.#index?.find(presented)
}
