/** A person named by another claim than `sub` cannot be revoked by the name that records show (docs/revocation.md). */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openStore } from '../../src/store/store.ts'
import { oidcRig } from '../authentication/oidc-rig.ts'

for (const kind of ['subject', 'key'] as const)
  test(`revoked by ${kind}: the session ends`, async (context) => {
    const rig = await oidcRig(context, {
      settings: { caller: 'aud' /* stands for any claim but sub: email, oid */ },
    })
    const jar = rig.jar()
    assert.equal((await rig.logIn(jar, 'ada')).status, 200)
    const record = (await rig.gateway.records(4)).find(({ caller }) => caller !== undefined)
    const name = String(record!.caller).slice('staff/'.length)
    const jwks = (await (await fetch(`${rig.provider.issuer}/jwks`)).json()) as { keys: { kid: string }[] }
    const store = openStore(join(rig.gateway.folder, 'data'))
    store.revocations.add(
      { name: 'cli', from: null },
      { kind, value: kind === 'key' ? jwks.keys[0]!.kid : name },
    )
    store.close()
    await sleep(1500)
    const after = await jar.send(`${rig.origin}/orders`)
    assert.equal(after.status, 401, 'the revoked one still comes in')
  })
