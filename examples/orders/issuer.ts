/**
 * The demo's identity provider, a real OpenID provider on loopback. It is no part of Sallyport, which works with
 * whatever provider you have; it is here so that the demo has someone to ask for tokens.
 *
 *     node examples/orders/issuer.ts FOLDER PORT LIFE       (LIFE of access tokens in seconds)
 */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { Provider } from 'oidc-provider'
import { demoClients, serviceId } from './issuer-clients.ts'
import { type IssuerOptions, issuerConfiguration } from './issuer-configuration.ts'
import {
  ensureClient,
  ensureSecret,
  ensureSigningKey,
  makePrivateFolder,
  writePrivate,
} from './issuer-files.ts'
import { answerLogin, isLogin } from './issuer-login.ts'
import { keepTokens } from './issuer-tokens.ts'

/** Makes the provider of an address, with what answers its requests. */
export function createIssuer(
  address: string,
  options: IssuerOptions,
): { provider: Provider; listener: RequestListener } {
  const provider = new Provider(address, issuerConfiguration(options))
  const answer = provider.callback()
  return {
    provider,
    listener: (request, response) => {
      if (!isLogin(request)) void answer(request, response)
      else answerLogin(provider, request, response).catch(() => response.destroy())
    },
  }
}

async function serve(folder: string, port: number, life: number): Promise<void> {
  const server = createServer()
  // Longer than whoever fetches keys keeps idle connections, so that it is never this side that closes first.
  server.keepAliveTimeout = 120_000
  server.listen(port, '127.0.0.1')
  // Nothing is written before: on a taken port, the files are those of the provider that holds it.
  await once(server, 'listening')

  const address = `http://127.0.0.1:${port}`
  makePrivateFolder(folder)
  const { clientSecret } = ensureClient(folder, serviceId, `${address}/token`)
  const clients = demoClients(clientSecret, ensureSecret(join(folder, 'browser-client-secret')))
  const key = ensureSigningKey(folder)
  const { provider, listener } = createIssuer(address, { clients, key, life })
  server.on('request', listener)

  const client = await provider.Client.find(serviceId)
  if (client === undefined) throw new Error(`it does not know ${serviceId}`)
  await keepTokens(provider, client, join(folder, 'tokens'), life, fail)
  writePrivate(join(folder, 'issuer'), `${address}\n`)
}

/** Ends the process with one sentence, which goes to the demo as long as that waits for this one to start. */
function fail(error: unknown): void {
  const { code, message } = error as NodeJS.ErrnoException
  const why = code === 'EADDRINUSE' ? `port ${process.argv[3]} is taken: end what listens there` : message
  const sentence = `The demo's identity provider cannot go on: ${why}.`
  if (started || !process.send) {
    console.error(sentence)
    process.exit(2)
  }
  process.send(sentence, () => process.exit(2))
}

let started = false

if (import.meta.main) {
  // Ends with the demo, also where that was killed, and not by the Ctrl-C that the terminal sends to both of them.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  process.on('disconnect', () => process.exit(0))
  const [folder = '', port, life] = process.argv.slice(2)
  serve(folder, Number(port), Number(life)).then(() => {
    started = true
    process.send?.('listening')
  }, fail)
}
