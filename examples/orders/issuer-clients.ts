import type { ClientMetadata } from 'oidc-provider'

/** The service of `client.json`, which gets tokens in its own name. */
export const serviceId = 'orders-service'

/** Who may ask the demo's provider for tokens. */
export function demoClients(serviceSecret: string): readonly ClientMetadata[] {
  return [
    {
      client_id: serviceId,
      client_secret: serviceSecret,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
  ]
}
