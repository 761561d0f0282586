/** `String.trim` takes U+00A0 off: a cookie that is none of `__Host-` for browsers is the session cookie for the gateway. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oidcRig } from '../authentication/oidc-rig.ts'
import { RawClient } from '../support/raw-client.ts'

test('a cookie with another name than the session cookie counts as nothing', async (context) => {
  const rig = await oidcRig(context)
  const mallory = rig.jar()
  assert.equal((await rig.logIn(mallory, 'ada')).status, 200)
  const value = mallory.of('localhost').get('__Host-sallyport-staff')!
  const ask = async (cookie: string): Promise<number> => {
    const client = await RawClient.open({ port: Number(new URL(rig.origin).port), ca: rig.gateway.tls.ca! })
    client.send(`GET /orders HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`)
    const { final } = await client.answers(1, ['GET'], 5000)
    client.socket.destroy()
    return final[0]?.status ?? 0
  }
  const victim = rig.jar()
  await rig.logIn(victim, 'bob')
  const own = victim.of('localhost').get('__Host-sallyport-staff')!
  const planted = await ask(`\xa0__Host-sallyport-staff=${value}`)
  const locked = await ask(`__Host-sallyport-staff=${own}; \xa0__Host-sallyport-staff=x`)
  assert.deepEqual({ planted, locked }, { planted: 401, locked: 200 })
})
