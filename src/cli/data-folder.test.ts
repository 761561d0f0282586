import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { dataFolderOf, requireIdentity } from './data-folder.ts'

const configuration = `
listeners:
  public:
    address: "127.0.0.1:8443"
    tls: { local: [localhost] }
    clientCertificates: { authorities: [./ca.pem], crl: [./clients.crl] }
identities:
  partners: { type: api-key }
  staff: { type: jwt, issuer: https://id.example.com, audience: api }
misspelt: true
`

test('a garbage revocation list or a misspelt key keeps nobody from revoking', async (context) => {
  const cwd = temporaryFolder(context)
  const write = (text: string): void => writeFileSync(join(cwd, 'sallyport.yaml'), text)
  writeFileSync(join(cwd, 'clients.crl'), '<html>502</html>')
  write(configuration)
  const source = { files: [], cwd, env: {} }
  assert.equal(await dataFolderOf(source), join(cwd, '.sallyport'))
  await requireIdentity(source, 'staff', null)
  await requireIdentity(source, 'partners', 'api-key')
  await assert.rejects(
    requireIdentity(source, 'staf', null),
    /no identity named staf\. Did you mean `staff`\? Known: `partners`, `staff`\./,
  )
  await assert.rejects(requireIdentity(source, 'staff', 'api-key'), /no api-key identity named staff/)
  write('listeners: {')
  await assert.rejects(
    dataFolderOf(source),
    /not valid YAML[\s\S]*With `--data FOLDER` the configuration is not read/,
  )
  await assert.rejects(requireIdentity(source, 'staff', null), /not valid YAML/)
  assert.equal(await dataFolderOf({ ...source, dataFolder: 'kept' }), join(cwd, 'kept'))
})

test('without a configuration the folder is that of the embedded one', async (context) => {
  const cwd = temporaryFolder(context)
  assert.equal(await dataFolderOf({ files: [], cwd, env: {} }), join(cwd, '.sallyport'))
})
