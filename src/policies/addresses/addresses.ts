import { z } from 'zod'
import { codes } from '../../codes.ts'
import { networks } from '../../config/schema/values.ts'
import { NetworkSet } from '../../engines/networks/network-set.ts'
import { definePolicy, type Policy } from '../../gateway/policy.ts'
import { deny, pass } from '../../gateway/verdict.ts'

/** Settings of `require.addresses`. */
export interface AddressesSettings {
  /** Only these networks; every address when absent. */
  readonly allow?: readonly string[] | undefined
  /** Not these networks, also where `allow` covers them. */
  readonly deny: readonly string[]
}

// An empty list is an unset variable or a slip: read as "nobody" it locks out, read as "everybody" it opens.
const list = (meaning: string) =>
  networks(meaning).refine((entries) => entries.length > 0, {
    error: 'the list is empty\nWrite at least one network, or leave the list out.',
  })

const settings: z.ZodType<AddressesSettings> = z.union([
  list('Networks that may call: short for `allow`.').transform((allow) => ({ allow, deny: [] })),
  z
    .strictObject({
      allow: list('Networks that may call; every network when left out.').optional(),
      deny: list('Networks that may not call, also where `allow` covers them.').optional(),
    })
    .refine((lists) => lists.allow !== undefined || lists.deny !== undefined, {
      error: 'neither list is written\nWrite `allow`, `deny` or both.',
    })
    .transform(({ allow, deny }) => ({ allow, deny: deny ?? [] })),
])

/** Not "no check": what is no address at all is then in no list, and refused. */
const everyNetwork = ['0.0.0.0/0', '::/0']

/** Requires that a request comes from certain networks. */
export const addresses: Policy<AddressesSettings> = definePolicy({
  name: 'addresses',
  phases: ['screen'],
  place: 'requirement',
  facing: 'untrusted-client',
  onError: 'deny',
  reads: [],
  writes: [],
  config: settings,
  denials: [codes.ADDRESS_REFUSED],
  setup(config) {
    const allowed = new NetworkSet(config.allow ?? everyNetwork)
    const denied = new NetworkSet(config.deny)
    const inDenied = deny(codes.ADDRESS_REFUSED, { reason: 'the address is in `deny`' })
    const notAllowed = deny(codes.ADDRESS_REFUSED, { reason: 'the address is not in `allow`' })
    return {
      request({ clientAddress }) {
        if (denied.has(clientAddress)) return inDenied
        if (!allowed.has(clientAddress)) return notAllowed
        return pass
      },
    }
  },
})
