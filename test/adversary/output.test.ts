import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runExplain } from '../../src/cli/explain.ts'
import { redactPath } from '../../src/observe/redact.ts'

test('parameters of path segments and fragments give no session away', () => {
  for (const [path, want] of [
    ['/a;jsessionid=1A2B/b', '/a;jsessionid=[redacted]/b'],
    ['/a;x=1;JSESSIONID=1A2B', '/a;x=1;JSESSIONID=[redacted]'],
    ['/a%3Bjsessionid%3D1A2B/b;v=2', '/a%3Bjsessionid=[redacted]/b;v=2'],
    ['/a#access_token=1A2B&x=y', '/a#access_token=[redacted]&x=y'],
    ['/session=1/token=2', '/session=1/token=2'],
    ['/a;v=2', '/a;v=2'],
  ] as const)
    assert.equal(redactPath(path), want)
})

async function explain(
  context: { after(done: () => void): void },
  headers: readonly string[],
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'output-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const document = join(folder, 'api.json')
  writeFileSync(
    document,
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'x', version: '1' },
      paths: { '/a': { get: { operationId: 'evil\u001b[2J\u009b1m\u202e', responses: {} } } },
    }),
  )
  const file = join(folder, 'sallyport.json')
  writeFileSync(
    file,
    JSON.stringify({
      listeners: { public: { address: '127.0.0.1:8443', tls: { local: ['localhost'] } } },
      services: { s: { targets: ['http://127.0.0.1:1'] } },
      apis: { a: { openapi: document, service: 's', anonymous: 'a test' } },
    }),
  )
  let out = ''
  const write = (text: string): void => {
    out += text
  }
  await runExplain(
    {
      method: 'GET',
      url: '/a',
      header: headers,
      scope: [],
      role: [],
      claim: [],
      whyNot: false,
      defaults: false,
      format: 'text',
      source: { files: [file], cwd: folder, env: {} },
    },
    { stdout: write, stderr: write },
  )
  return out
}

test('a document sends no command to the terminal of whoever asks for an explanation', async (context) => {
  const out = await explain(context, [])
  assert.match(out, /evil\\x1b\[2J\\x9b1m\\u202e/)
  assert.doesNotMatch(out.replaceAll('\n', ''), /\p{C}/u)
})

test('a character beyond latin1 is no line break of an explained request', async (context) => {
  assert.match(await explain(context, ['X-A: 1']), /allow/)
  assert.match(await explain(context, ['X-A: 1\u010d\u010aContent-Length: 5']), /REQUEST_LINE_INVALID/)
})
