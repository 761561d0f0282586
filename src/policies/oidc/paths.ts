import type { OidcSettings } from './oidc-settings.ts'

/** The pages of one identity. */
export interface Paths {
  readonly login: string
  /** The redirect URI to register at the provider, with the host before it. */
  readonly callback: string
  readonly logout: string
  readonly backChannel: string
  readonly frontChannel: string
}

export function pathsOf({ basePath }: Pick<OidcSettings, 'basePath'>, identity: string): Paths {
  const base = basePath ?? `/.sallyport/${identity}`
  return {
    login: `${base}/login`,
    callback: `${base}/callback`,
    logout: `${base}/logout`,
    backChannel: `${base}/backchannel-logout`,
    frontChannel: `${base}/frontchannel-logout`,
  }
}
