import type { ClientMetadata } from 'oidc-provider'

/** The service of `client.json`, which gets tokens in its own name. */
export const serviceId = 'orders-service'

/** The client of a gateway that logs people in by an identity `people`; its secret is in `browser-client-secret`. */
export const browserId = 'orders-web'

/** Where such a gateway may listen: the demo's own addresses, and one beside it (`docs/log-in.md`). */
export const browserOrigins: readonly string[] = [8443, 8543].flatMap((port) => [
  `https://localhost:${port}`,
  `https://127.0.0.1:${port}`,
])

/** Who may ask the demo's provider for tokens. */
export function demoClients(
  serviceSecret: string,
  browserSecret: string,
  origins: readonly string[] = browserOrigins,
): readonly ClientMetadata[] {
  return [
    {
      client_id: serviceId,
      client_secret: serviceSecret,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
    {
      client_id: browserId,
      client_secret: browserSecret,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: origins.map((origin) => `${origin}/.sallyport/people/callback`),
      post_logout_redirect_uris: origins.map((origin) => `${origin}/`),
    },
  ]
}
