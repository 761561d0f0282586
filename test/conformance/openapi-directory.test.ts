import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadAll } from './openapi-directory.ts'

test('a bounded sample: every public document in the repository loads', async () => {
  const folder = join(import.meta.dirname, '../../src/config/openapi/fixtures/real')
  const { documents, loaded, operations, failures } = await loadAll(folder)
  assert.deepEqual(failures, [])
  assert.deepEqual([documents, loaded], [7, 7])
  assert.ok(operations > 150, String(operations))
})
