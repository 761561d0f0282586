import { type Code, codes } from '../codes.ts'
import { type Deny, deny, notMine, type Skip, skipWith } from '../gateway/verdict.ts'
import { metadataAddress, type ProtectedResource } from './protected-resource.ts'

/** What a challenge says. */
export interface Challenged {
  readonly realm: string
  /** Header of the bare token in place of `Authorization`. */
  readonly header: string | null
  readonly resource: ProtectedResource | null
}

type Challenge = NonNullable<Deny['detail']['headers']>

/**
 * The refusals of one identity. Clients learn the code and a challenge by RFC 6750 §3, which names no reason; all else
 * is for the record.
 */
export class TokenRefusals {
  /** No token at all: the challenge has no error then (RFC 6750 §3.1). */
  readonly absent: Skip
  readonly repeated: Deny
  /** Another identity may read it. */
  readonly otherScheme: Skip
  readonly #invalid: Challenge
  readonly #insufficient: Challenge
  readonly #unavailable: Code

  constructor({ realm, header, resource }: Challenged, unavailable: Code) {
    this.#unavailable = unavailable
    const place = header === null ? '' : `, header="${header}"`
    const metadata = resource === null ? '' : `, resource_metadata="${metadataAddress(resource)}"`
    const challenge = `Bearer realm="${realm}"${place}${metadata}`
    this.absent = skipWith(challenge)
    this.#invalid = [['www-authenticate', `${challenge}, error="invalid_token"`]]
    this.#insufficient = [['www-authenticate', `${challenge}, error="insufficient_scope"`]]
    this.repeated = this.invalid('Several tokens were sent.')
    this.otherScheme = notMine(this.invalid('`Authorization` is not `Bearer` and a token.'))
  }

  invalid(reason: string): Deny {
    return deny(codes.TOKEN_INVALID, { reason, headers: this.#invalid })
  }

  expired(reason: string): Deny {
    return deny(codes.TOKEN_EXPIRED, { reason, headers: this.#invalid })
  }

  revoked(reason: string): Deny {
    return deny(codes.TOKEN_REVOKED, { reason, headers: this.#invalid })
  }

  notAllowed(reason: string): Deny {
    return deny(codes.TOKEN_NOT_ALLOWED, { reason, headers: this.#insufficient })
  }

  unavailable(reason: string): Deny {
    return deny(this.#unavailable, { reason })
  }
}
