import { z } from 'zod'
import { codes } from '../../codes.ts'
import { parseNetwork } from '../../engines/networks/network.ts'
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

const network = z
  .string()
  .max(100)
  .superRefine((text, context) => {
    const parsed = parseNetwork(text)
    if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.problem })
  })

// An empty list is an unset variable or a slip: read as "nobody" it locks out, read as "everybody" it opens.
const networks = z.array(network).min(1, 'write at least one network, or leave the list out').max(10_000)

const settings: z.ZodType<AddressesSettings> = z.union([
  networks.transform((allow) => ({ allow, deny: [] })).describe('Networks that may call: short for `allow`.'),
  z
    .strictObject({
      allow: networks.optional().describe('Networks that may call; every network when left out.'),
      deny: networks.optional().describe('Networks that may not call, also where `allow` covers them.'),
    })
    .refine((lists) => lists.allow !== undefined || lists.deny !== undefined, {
      error: 'write `allow`, `deny` or both',
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
