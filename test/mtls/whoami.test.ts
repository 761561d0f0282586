import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'
import { sallyport } from '../process/command.ts'
import { TestCertificate } from './authority.ts'

test('whoami judges a certificate as if it were shown, and says whose it is', async (context) => {
  const folder = temporaryFolder(context)
  const root = TestCertificate.root()
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const clientCertificates = { authorities: ['./ca.pem'], crl: ['./list.crl'], required: true }
  const configured = (listener: object): string =>
    JSON.stringify({
      listeners: { public: { address: '127.0.0.1:8443', tls: { local: ['localhost'] }, ...listener } },
      services: { up: { targets: ['http://127.0.0.1:1'] } },
      identities: { devices: { type: 'mtls', names: [{ dns: '*.devices.example.com' }] } },
      apis: {
        a: {
          service: 'up',
          authenticate: ['devices'],
          authorize: 'any-authenticated-caller',
          routes: { 'GET /': {} },
        },
      },
    })
  write('sallyport.json', configured({ clientCertificates }))
  write('ca.pem', root.cert)
  const known = root.issue({ dns: ['pump.devices.example.com'] })
  const stranger = root.issue({ dns: ['x.other.example.com'] })
  const revoked = root.issue({ dns: ['old.devices.example.com'] })
  write('list.crl', root.revoke([revoked]))
  const between = root.intermediate('Between')
  const whoami = async (file: string, ...more: string[]): Promise<{ code: number | null; text: string }> => {
    const { code, stdout, stderr } = await sallyport(folder, ['whoami', '--cert', file, ...more])
    return { code, text: stdout + stderr }
  }
  const judged = async (content: string | Buffer): Promise<string> => {
    const { code, text } = await whoami(write('shown.pem', content))
    return `${code} ${text}`
  }
  assert.match(
    await judged(known.cert),
    /^0 devices +proven[\s\S]*caller devices\/pump\.devices\.example\.com/,
  )
  assert.match(await judged(known.der), /^0 devices +proven/)
  assert.match(
    await judged(stranger.cert),
    /^1 devices +another's: CERTIFICATE_UNKNOWN[\s\S]*fit no rule: DNS x\.other\.example\.com, .*SHA-256 [0-9a-f]{64}\n$/,
  )
  assert.match(await judged(revoked.cert), /^1 devices +refused: [\s\S]*it was revoked: DNS old\.devices/)
  assert.match(
    await judged(TestCertificate.root().issue({ dns: ['pump.devices.example.com'] }).cert),
    /^1 devices +refused: CERTIFICATE_REFUSED/,
  )
  assert.match(
    await judged(between.issue({ dns: ['pump.devices.example.com'] }).cert + between.cert),
    /no revocation list speaks for it|there is no revocation list of its issuer/,
  )
  assert.match(await judged('-----BEGIN CERTIFICATE-----\nnonsense'), /^2 .*holds no certificate/)
  assert.match(await judged('nonsense'), /^1 devices +refused: [\s\S]*cannot be read/)
  assert.match((await whoami('absent.pem')).text, /absent\.pem cannot be read \(ENOENT\)/)
  assert.match(
    (await whoami('shown.pem', '--identity', 'devcies')).text,
    /no identity named devcies\. Did you mean `devices`\? Known: `devices`\./,
  )
  write('sallyport.json', configured({}))
  const unasked = await whoami('shown.pem')
  assert.deepEqual([unasked.code, /No listener asks for certificates/.test(unasked.text)], [2, true])
})
