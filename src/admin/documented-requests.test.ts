import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { admin, post, store } from './harness.test.ts'
import { routes } from './routes.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/admin.md'), 'utf8')

const requests = [...page.matchAll(/--json '(\{.*\})' http:\/\/127\.0\.0\.1:9901(\S+)/g)].map(
  ([, body, path]) => ({ body: body!, path: path! }),
)

test('the page shows a request for each route that takes a body, and each does what it says', async (context) => {
  assert.deepEqual(
    requests.map(({ path }) => path).toSorted(),
    routes
      .filter(({ takesBody }) => takesBody)
      .map(({ path }) => path)
      .toSorted(),
  )
  const { server } = await admin(context)
  const ids: Record<string, string> = {}
  for (const { body, path } of requests) {
    // The ids of the page are those of what the requests before have made.
    const own = body.replace(/(key|rev|gnt|adm)_\w{12}/, (_, kind: string) => ids[kind]!)
    const reply = await post(server, path, JSON.parse(own))
    assert.ok(reply.status < 300, `${path}: ${reply.body}`)
    const { id } = JSON.parse(reply.body) as { id?: string }
    const kind = id?.slice(0, 3)
    if (kind !== undefined) ids[kind] ??= id!
  }
  assert.deepEqual(Object.keys(ids), ['key', 'rev', 'gnt', 'adm'])
  assert.equal(store.keys.get(ids['key']!)?.state, 'revoked')
})

test('the table of members names exactly those that the routes know', async (context) => {
  const { server } = await admin(context)
  const rows = [...page.matchAll(/^\| `(\/\S+)` \| ((?:`\w+`(?:, )?)+) \|(.*)\|$/gm)]
  assert.equal(rows.length, requests.length)
  for (const [, path, required, optional] of rows) {
    const words = `${required} ${optional!.replaceAll(/\([^)]*\)/g, '')}`
    const named = [...words.matchAll(/`(\w+)`/g)].map(([, name]) => name)
    const whole = JSON.parse(requests.find((one) => one.path === path)!.body) as object
    const { body } = await post(server, path!, { ...whole, unheardOf: 1 })
    const { detail } = JSON.parse(body) as { detail: string }
    const known = [...detail.split('Known: ')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name)
    assert.deepEqual(named.toSorted(), known.toSorted(), path)
    const missing = JSON.parse((await post(server, path!, {})).body) as { detail: string }
    assert.match(missing.detail, new RegExp(`^${required!.split(',')[0]} is missing`), path)
  }
})
