import { join } from 'node:path'
import type { Client, Provider } from 'oidc-provider'
import { accounts } from './issuer-accounts.ts'
import { makePrivateFolder, writePrivate } from './issuer-files.ts'
import { orderScopes, resourceServer, resources } from './issuer-resources.ts'

/** How often it is looked whether the tokens are half spent, in milliseconds. */
const interval = 500

/**
 * Writes an access token for each account to `tokens/NAME.jwt`, and anew whenever the old ones are half spent, so
 * that a token read from its file is good for at least half of `life` (seconds). Rejects when the first cannot be
 * written; a later failure is given to `onError`.
 */
export async function keepTokens(
  provider: Provider,
  client: Client,
  folder: string,
  life: number,
  onError: (error: unknown) => void,
): Promise<void> {
  const write = async (): Promise<void> => {
    for (const { name } of accounts)
      writePrivate(join(folder, `${name}.jwt`), `${await issue(provider, client, name)}\n`)
  }
  makePrivateFolder(folder)
  await write()
  let renewAt = Date.now() + life * 500
  // Asks the clock, since one long timer would stand still while the computer sleeps, and the tokens would not.
  setInterval(() => {
    if (Date.now() < renewAt) return
    renewAt = Date.now() + life * 500
    write().catch(onError)
  }, interval)
}

/** A token as `account` would get it by logging in. */
async function issue(provider: Provider, client: Client, accountId: string): Promise<string> {
  const token = new provider.AccessToken({
    client,
    accountId,
    scope: orderScopes,
    resourceServer: new provider.ResourceServer(resources.signed, resourceServer(resources.signed)),
    gty: 'authorization_code',
    grantId: '',
  })
  return await token.save()
}
