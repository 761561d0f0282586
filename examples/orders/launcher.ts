import { join, relative } from 'node:path'
import { start } from '../../src/process/start.ts'
import { startApi } from './api-process.ts'
import { ensureDemoKey } from './demo-key.ts'
import { browserId } from './issuer-clients.ts'
import { issuerAddress, startIssuer } from './issuer-process.ts'

const folder = join('.sallyport', 'demo')
/** Where the gateway publishes the keys by which the example API knows who calls. */
const callerKeys = 'http://127.0.0.1:9901/.well-known/jwks.json'
const configuration = join(import.meta.dirname, 'sallyport.yaml')

/**
 * Starts the example API, the identity provider and the gateway, says what to try, and ends all on Ctrl-C or SIGTERM.
 */
export async function launch(): Promise<void> {
  const ending = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(signal))
  })
  try {
    ensureDemoKey(folder)
    const [api, issuer] = await Promise.all([startApi(undefined, callerKeys), startIssuer(folder)])
    const gateway = await start({
      files: [configuration],
      dataFolder: folder,
      cwd: process.cwd(),
      env: process.env,
    })
    // In a pipe, standard output is for the access log alone.
    if (process.stdout.isTTY) console.log(tour())
    else console.error(tour())
    const lost = await Promise.race([
      ending.then(() => undefined),
      api.ended.then(() => 'The example API'),
      issuer.ended.then(() => "The demo's identity provider"),
    ])
    if (lost !== undefined) console.error(`${lost} has ended, so the demo ends too.`)
    // A second Ctrl-C does not wait for the requests in flight.
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
    await gateway.stop()
    api.end()
    issuer.end()
    process.exit(lost === undefined ? 0 : 1)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    // The services end with their channels to this process.
    process.exit(2)
  }
}

/** Where everything is, and lines to paste. */
function tour(): string {
  const trust = `--cacert ${join(folder, 'ca.crt')}`
  return `
The example API is on http://127.0.0.1:9300/orders, its gateway on https://127.0.0.1:8443/orders
  clear text      http://127.0.0.1:8080 only redirects to it
  configuration   ${relative(process.cwd(), configuration)}
  API key         ${join(folder, 'api-key')}
  authority       ${join(folder, 'ca.crt')}
  identities      ${issuerAddress}, an OpenID provider for the demo alone, named in ${join(folder, 'issuer')}
  client          ${join(folder, 'client.json')}, for client credentials
  log-in          docs/log-in.md: a gateway of your own beside this one, with the client ${browserId}
  tokens          ${join(folder, 'tokens')}/{ada,bob,manager}.jwt, good for ten minutes and renewed every five
  admin           http://127.0.0.1:9901, token in ${join(folder, 'admin-token')}

Refused, since it proves nothing:
  curl ${trust} https://127.0.0.1:8443/orders

Allowed, with the demo's key:
  curl ${trust} -H "X-API-Key: $(cat ${join(folder, 'api-key')})" https://127.0.0.1:8443/orders

Allowed, with a token of the identity provider:
  curl ${trust} -H "Authorization: Bearer $(cat ${join(folder, 'tokens', 'ada.jwt')})" https://127.0.0.1:8443/orders

Why, step by step:
  curl -H 'Accept: text/plain' -H "Authorization: Bearer $(cat ${join(folder, 'admin-token')})" 'http://127.0.0.1:9901/explain?method=GET&url=/orders'

Ctrl-C ends it. One line for each request:`
}
