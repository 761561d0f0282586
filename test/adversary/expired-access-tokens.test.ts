/** oidc.md: "With `forwardToken`, an access token that is over is not passed on." */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { oidcRig } from '../authentication/oidc-rig.ts'

test('an access token that is over is not passed on', async (context) => {
  const rig = await oidcRig(context, {
    life: 2,
    settings: { forwardToken: true },
    client: { grant_types: ['authorization_code'] },
  })
  const jar = rig.jar()
  assert.equal((await rig.logIn(jar, 'ada')).status, 200)
  await sleep(5000)
  rig.recorder.take()
  assert.equal((await jar.send(`${rig.origin}/orders`)).status, 200)
  const sent = rig.recorder
    .take()
    .requests[0]!.fields.find(([name]) => name.toLowerCase() === 'authorization')
  assert.equal(sent, undefined)
})
