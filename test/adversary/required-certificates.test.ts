/** client-certificates.md: "`sallyport revoke` refuses single certificates by fingerprint". With `required`, does it? */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../src/store/store.ts'
import { startMtlsGateway } from '../mtls/mtls-gateway.ts'
import { ask } from '../mtls/tls-client.ts'

test('a revoked certificate is none that a listener demands', async (context) => {
  const mtls = await startMtlsGateway(context, { required: true })
  const certificate = mtls.root.issue({ commonName: 'eve' })
  assert.equal((await ask(mtls.port, { certificate }, '/open')).status, 200)
  const store = openStore(join(mtls.gateway.folder, 'data'))
  store.revocations.add({ name: 'cli', from: null }, { kind: 'certificate', value: certificate.fingerprint })
  store.close()
  await sleep(1500)
  const after = await ask(mtls.port, { certificate }, '/open').catch(() => ({ status: 0 }))
  assert.notEqual(after.status, 200)
})
