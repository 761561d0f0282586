import type { Lookups } from '../../gateway/compile.ts'
import type { ControlLink } from '../../gateway/control-half.ts'
import type { KeyRecord } from '../../gateway/policy.ts'
import type { KeyFeed } from '../../store/keys/key-feed.ts'
import { KeyIndex } from '../../store/keys/key-index.ts'
import { type Revocation, RevocationIndex } from '../../store/revocations/revocation-index.ts'
import type { Store } from '../../store/store.ts'
import { nobody } from '../threads/control-links.ts'
import type { ControlHalves } from './control-halves.ts'

/** The control plane's own view of keys, revocations and control halves. Empty until they are there. */
export class LiveLookups implements Lookups {
  readonly revocations: RevocationIndex = new RevocationIndex()
  halves: ControlHalves | null = null
  #revoked = 0
  #feed: KeyFeed | null = null
  #keys: KeyIndex | null = null

  /** Brings the keys of the store into memory, for the data threads too. There after the first `refresh`. */
  get feed(): KeyFeed {
    if (this.#feed === null) throw new Error('no store was read yet')
    return this.#feed
  }

  /** Reads what changed. Returns the revocations among it, for the data threads. */
  refresh(store: Store): readonly Revocation[] {
    if (this.#feed === null) this.#open(store)
    else this.#feed.refresh()
    const { cursor, changes } = store.revocations.since(this.#revoked)
    this.#revoked = cursor
    this.revocations.apply(changes)
    return changes
  }

  #open(store: Store): void {
    const feed = store.keys.feed()
    // Explaining a request is no use of its key.
    const keys = new KeyIndex(feed.memory, store.pepper, { notesUse: false })
    feed.onReplaced((memory) => keys.use(memory))
    this.#feed = feed
    this.#keys = keys
  }

  findKey(presented: string): KeyRecord | undefined {
    return this.#keys?.find(presented)
  }

  /** For explaining: what is asked counts for nothing. */
  control(policy: string, where: string, settings: unknown): ControlLink {
    return this.#link(policy, where, settings, true)
  }

  /** The same for requests that are meant, those of administrators: a wrong password there is a wrong password. */
  get counting(): Lookups {
    return {
      findKey: (presented) => this.findKey(presented),
      revocations: this.revocations,
      control: (policy, where, settings) => this.#link(policy, where, settings, false),
    }
  }

  /** A plan is compiled before there are halves: which one it means is found when it is asked. */
  #link(policy: string, where: string, settings: unknown, judging: boolean): ControlLink {
    const link = (): ControlLink => this.halves?.link(policy, where, settings, judging) ?? nobody
    return {
      get state() {
        return link().state
      },
      ask: (question) => link().ask(question),
    }
  }
}
