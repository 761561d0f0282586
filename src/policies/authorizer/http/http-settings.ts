import { z } from 'zod'
import { line, secretAddress } from '../../provider-fields.ts'
import { durationBetween, type Outgoing, outgoingOf, outgoingShape } from '../../remote-settings.ts'
import { type CommonSettings, commonOf, commonShape } from '../common-settings.ts'

/** What every authorizer that is called over the network has. */
export interface RemoteAuthorizer extends CommonSettings {
  readonly outgoing: Outgoing
}

/** Settings of `type: ext-authz`, complete. */
export interface ExtAuthzSettings extends RemoteAuthorizer {
  readonly type: 'ext-authz'
  /** Without a slash at the end: the path of the request follows. */
  readonly prefix: string
}

/** Settings of `type: forward-auth`, complete. */
export interface ForwardAuthSettings extends RemoteAuthorizer {
  readonly type: 'forward-auth'
  readonly address: string
}

/** Settings of `type: opa`, complete. */
export interface OpaSettings extends RemoteAuthorizer {
  readonly type: 'opa'
  /** The whole address of the decision. */
  readonly url: string
  readonly token: string | null
}

/** How remote authorizers are reached. Waiting and one call together end before a question to the control plane does (30 s). */
export const reachShape: typeof outgoingShape = {
  ...outgoingShape,
  timeout: durationBetween('Longest time of one decision.', ['100ms', 100], ['10s', 10_000]).prefault('2s'),
}

/** Something follows this address, which a query or a fragment would swallow. */
export const prefixAddress: z.ZodType<string, string> = secretAddress
  .refine((text) => !/[?#]/.test(text), {
    error: 'the address has a query or a fragment\nWrite scheme, host and the beginning of the path.',
  })
  .transform((text) => new URL(text).href.replace(/\/$/, ''))

export const extAuthzSettings: z.ZodType<ExtAuthzSettings> = z
  .strictObject({
    type: z.literal('ext-authz').describe('Envoy’s convention for authorization over HTTP.'),
    address: prefixAddress.describe('Address that the path of each request is put behind (`path_prefix`).'),
    ...commonShape,
    ...reachShape,
  })
  .transform(({ type, address, authorities, proxy, timeout, ...common }) => ({
    type,
    prefix: address,
    ...commonOf(common, timeout),
    outgoing: outgoingOf({ authorities, proxy, timeout }),
  }))

export const forwardAuthSettings: z.ZodType<ForwardAuthSettings> = z
  .strictObject({
    type: z.literal('forward-auth').describe('Traefik’s ForwardAuth convention.'),
    address: secretAddress.describe('Address that is asked with GET.'),
    ...commonShape,
    ...reachShape,
  })
  .transform(({ type, address, authorities, proxy, timeout, ...common }) => ({
    type,
    address,
    ...commonOf(common, timeout),
    outgoing: outgoingOf({ authorities, proxy, timeout }),
  }))

/** Names of packages and rules, with slashes between. */
const decisionPath = z
  .string()
  .max(500)
  .regex(
    /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/,
    'not the path of a decision\nWrite package and rule with slashes between: `orders/allow`.',
  )

export const opaSettings: z.ZodType<OpaSettings> = z
  .strictObject({
    type: z.literal('opa').describe('Open Policy Agent, by its REST API.'),
    address: prefixAddress.describe('Address of OPA: `/v1/data/` and the decision follow.'),
    decision: decisionPath.describe('Path of the decision: package and rule, such as `orders/allow`.'),
    token: line
      .describe('Token that the gateway shows OPA (`Authorization: Bearer`), best from a file.')
      .optional(),
    ...commonShape,
    ...reachShape,
  })
  .transform(({ type, address, decision, token, authorities, proxy, timeout, ...common }) => ({
    type,
    url: `${address}/v1/data/${decision}`,
    token: token ?? null,
    ...commonOf(common, timeout),
    outgoing: outgoingOf({ authorities, proxy, timeout }),
  }))
