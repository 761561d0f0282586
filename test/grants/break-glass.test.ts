import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { temporaryFolder } from '../../src/testing/temporary-folder.ts'
import { sallyport } from '../process/command.ts'

const asked = ['staff/ada', '--role', 'manager', '--reason', 'the configuration is broken']

test('a broken configuration keeps nobody from break-glass, but from a grant', async (context) => {
  const folder = temporaryFolder(context)
  const data = join(folder, 'data')
  writeFileSync(join(folder, 'sallyport.yaml'), 'apis: [ {\n')
  const without = await sallyport(folder, ['break-glass', ...asked])
  assert.equal(without.code, 2)
  assert.match(without.stderr, /With `--data FOLDER` the configuration is not read/)
  const grant = await sallyport(folder, ['grants', 'give', ...asked, '--for', '1h', '--data', data])
  assert.equal(grant.code, 2)
  const broken = await sallyport(folder, ['break-glass', ...asked, '--data', data])
  assert.deepEqual([broken.code, /^gnt_\S+\n$/.test(broken.stdout)], [0, true], broken.stderr)
  const store = openStore(data)
  context.after(() => store.close())
  assert.deepEqual(
    store.grants.list(true).map(({ kind, caller }) => [kind, caller]),
    [['break-glass', 'staff/ada']],
  )
})
