import { join, relative } from 'node:path'
import { start } from '../../src/process/start.ts'
import { type ExampleApi, startApi } from './api-process.ts'
import { ensureDemoKey } from './demo-key.ts'

const folder = join('.sallyport', 'demo')
const configuration = join(import.meta.dirname, 'sallyport.yaml')

/** Starts the example API and the gateway, says what to try, and ends both on Ctrl-C or SIGTERM. */
export async function launch(): Promise<void> {
  const ending = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(signal))
  })
  let api: ExampleApi | undefined
  try {
    api = await startApi()
    ensureDemoKey(folder)
    const gateway = await start({
      files: [configuration],
      dataFolder: folder,
      cwd: process.cwd(),
      env: process.env,
    })
    // In a pipe, standard output is for the access log alone.
    if (process.stdout.isTTY) console.log(tour())
    else console.error(tour())
    const reason = await Promise.race([ending, api.ended])
    if (reason === 'ended') console.error('The example API has ended, so the demo ends too.')
    // A second Ctrl-C does not wait for the requests in flight.
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
    await gateway.stop()
    api.end()
    process.exit(reason === 'ended' ? 1 : 0)
  } catch (error) {
    api?.end()
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(2)
  }
}

/** Where everything is, and three lines to paste. */
function tour(): string {
  const trust = `--cacert ${join(folder, 'ca.crt')}`
  return `
The example API is on http://127.0.0.1:9300/orders, its gateway on https://127.0.0.1:8443/orders
  clear text      http://127.0.0.1:8080 only redirects to it
  configuration   ${relative(process.cwd(), configuration)}
  API key         ${join(folder, 'api-key')}
  authority       ${join(folder, 'ca.crt')}
  admin           http://127.0.0.1:9901, token in ${join(folder, 'admin-token')}

Refused, since it proves nothing:
  curl ${trust} https://127.0.0.1:8443/orders

Allowed, with the demo's key:
  curl ${trust} -H "X-API-Key: $(cat ${join(folder, 'api-key')})" https://127.0.0.1:8443/orders

Why, step by step:
  curl -H 'Accept: text/plain' -H "Authorization: Bearer $(cat ${join(folder, 'admin-token')})" 'http://127.0.0.1:9901/explain?method=GET&url=/orders'

Ctrl-C ends it. One line for each request:`
}
