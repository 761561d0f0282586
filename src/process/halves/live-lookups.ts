import type { Lookups } from '../../gateway/compile.ts'
import type { ControlLink } from '../../gateway/control-half.ts'
import type { KeyRecord } from '../../gateway/policy.ts'
import { GrantIndex, type GrantInForce } from '../../store/grants/grant-index.ts'
import type { StoredGrant } from '../../store/grants/grants.ts'
import type { KeyFeed } from '../../store/keys/key-feed.ts'
import { KeyIndex } from '../../store/keys/key-index.ts'
import { type Revocation, RevocationIndex } from '../../store/revocations/revocation-index.ts'
import type { Store } from '../../store/store.ts'
import { nobody } from '../threads/control-links.ts'
import type { ControlHalves } from './control-halves.ts'

/** What changed in the store since the last look. */
export interface Refreshed {
  readonly revocations: readonly Revocation[]
  /** Null where no grant was given or ended. */
  readonly grants: readonly StoredGrant[] | null
}

/** A grant of the store, as data threads know it. */
export function grantInForce({ caller, role, ends }: StoredGrant): GrantInForce {
  return { caller, role, until: Date.parse(ends) }
}

/** The control plane's own view of keys, revocations and control halves. Empty until they are there. */
export class LiveLookups implements Lookups {
  readonly revocations: RevocationIndex = new RevocationIndex()
  readonly grants: GrantIndex = new GrantIndex()
  halves: ControlHalves | null = null
  #revoked = 0
  #grantsSeen = ''
  #feed: KeyFeed | null = null
  #keys: KeyIndex | null = null

  /** Brings the keys of the store into memory, for the data threads too. There after the first `refresh`. */
  get feed(): KeyFeed {
    if (this.#feed === null) throw new Error('no store was read yet')
    return this.#feed
  }

  /** Reads what changed. Returns the part that data threads are told. */
  refresh(store: Store): Refreshed {
    if (this.#feed === null) this.#open(store)
    else this.#feed.refresh()
    const { cursor, changes } = store.revocations.since(this.#revoked)
    this.#revoked = cursor
    this.revocations.apply(changes)
    return { revocations: changes, grants: this.#refreshGrants(store) }
  }

  /** All in force when one was given or ended; null when none was. There are few. */
  #refreshGrants(store: Store): readonly StoredGrant[] | null {
    const grants = store.grants.list(false)
    const seen = grants.map(({ id }) => id).join()
    if (seen === this.#grantsSeen) return null
    this.#grantsSeen = seen
    this.grants.replace(grants.map(grantInForce))
    return grants
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
      grants: this.grants,
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
