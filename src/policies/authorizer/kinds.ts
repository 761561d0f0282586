import { z } from 'zod'
import type { ControlHost } from '../../gateway/control-half.ts'
import { outgoingFiles } from '../remote-settings.ts'
import type { AuthorizerBackend, ShownRequest } from './backend.ts'
import { ExtAuthz } from './http/ext-authz.ts'
import { ForwardAuth } from './http/forward-auth.ts'
import {
  type ExtAuthzSettings,
  extAuthzSettings,
  type ForwardAuthSettings,
  forwardAuthSettings,
  type OpaSettings,
  opaSettings,
} from './http/http-settings.ts'
import { Opa } from './http/opa.ts'
import { LambdaAuthorizer } from './lambda/lambda-authorizer.ts'
import { type LambdaSettings, lambdaSettings } from './lambda/lambda-settings.ts'

/** Settings of an authorizer, complete. A further kind joins here, and in the three functions below. */
export type AuthorizerSettings = LambdaSettings | ExtAuthzSettings | ForwardAuthSettings | OpaSettings

/** The schema of `require.authorizer`: one for each `type`. */
export const authorizerSettings: z.ZodType<AuthorizerSettings> = z.union([
  lambdaSettings,
  extAuthzSettings,
  forwardAuthSettings,
  opaSettings,
])

/** The authorizer that the settings mean. */
export function backendOf(settings: AuthorizerSettings, host: Pick<ControlHost, 'call'>): AuthorizerBackend {
  switch (settings.type) {
    case 'lambda':
      return new LambdaAuthorizer(settings, host)
    case 'ext-authz':
      return new ExtAuthz(settings, host)
    case 'forward-auth':
      return new ForwardAuth(settings, host)
    case 'opa':
      return new Opa(settings, host)
  }
}

/** The settings with absolute paths. */
export function filesOf(
  settings: AuthorizerSettings,
  absolute: (at: readonly (string | number)[], written: string) => string,
): AuthorizerSettings {
  return { ...settings, outgoing: outgoingFiles(settings.outgoing, absolute) }
}

/** What the authorizer cannot decide without, in a sentence; null where it is all there. */
export function missing(settings: AuthorizerSettings, { headers }: ShownRequest): string | null {
  if (settings.type !== 'lambda' || settings.event.kind !== 'token') return null
  const { header } = settings.event
  return Object.hasOwn(headers, header) ? null : `the request has no header ${header}`
}
