import type { GrantedRole, Grants } from '../../gateway/roles.ts'

/** A grant as data threads know it. */
export interface GrantInForce {
  readonly caller: string
  readonly role: string
  /** In milliseconds since 1970. */
  readonly until: number
}

/** What was granted, by caller. */
export class GrantIndex implements Grants {
  #byCaller: ReadonlyMap<string, readonly GrantedRole[]> = new Map()

  get isEmpty(): boolean {
    return this.#byCaller.size === 0
  }

  /** Takes the place of all that was known before. */
  replace(grants: readonly GrantInForce[]): void {
    const byCaller = new Map<string, GrantedRole[]>()
    for (const { caller, role, until } of grants) {
      const roles = byCaller.get(caller) ?? []
      byCaller.set(caller, roles)
      roles.push({ role, until })
    }
    this.#byCaller = byCaller
  }

  of(identity: string, caller: string): readonly GrantedRole[] {
    return this.#byCaller.get(`${identity}/${caller}`) ?? none
  }
}

const none: readonly GrantedRole[] = []
