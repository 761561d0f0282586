import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const repository = join(import.meta.dirname, '../..')
const root = mkdtempSync(join(tmpdir(), 'pack-'))
const project = join(root, 'project')
let files: readonly string[]
let gateway: ChildProcess | undefined

/** Of npm itself, so that nothing of the surrounding `npm test` reaches the npm that is called here. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/i.test(name)),
)

before(async () => {
  // `npm pack` builds first (prepack).
  const packed = await run('npm', ['pack', '--json', '--pack-destination', root], { cwd: repository, env })
  const json = packed.stdout.slice(packed.stdout.indexOf('[\n'))
  const [{ filename, files: listed }] = JSON.parse(json) as [{ filename: string; files: { path: string }[] }]
  files = listed.map((file) => file.path)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(root, filename)], {
    cwd: project,
    env,
  })
})

after(() => {
  gateway?.kill('SIGKILL')
  rmSync(root, { recursive: true })
})

test('the tarball holds the product and nothing of the workshop', () => {
  for (const needed of ['dist/main.js', 'package.json', 'LICENSE', 'README.md', 'deploy/sallyport.service'])
    assert.ok(files.includes(needed), needed)
  const unwanted = files.filter(
    (file) =>
      /\.test\.|^(test|examples|bench|scripts|src|tools|web)\//.test(file) ||
      (file.endsWith('.ts') && !file.endsWith('.d.ts')),
  )
  assert.deepEqual(unwanted, [])
})

test('installing it brings no Node and no tool of ours', async () => {
  const { stdout } = await run('npm', ['ls', '--all', '--parseable'], { cwd: project, env })
  assert.doesNotMatch(stdout, /node-linux|typescript|biome|fast-check|knip/)
})

test('every public entry can be imported, and has its types', async () => {
  const script = `
    const { exports } = JSON.parse((await import('node:fs')).readFileSync('node_modules/sallyport/package.json', 'utf8'))
    for (const name of Object.keys(exports)) await import('sallyport' + name.slice(1))
    for (const { types } of Object.values(exports)) (await import('node:fs')).accessSync('node_modules/sallyport/' + types)`
  await run(process.execPath, ['--input-type=module', '-e', script], { cwd: project })
})

test('`npx sallyport start` serves, and refuses everything', async () => {
  const child = spawn('npx', ['--no-install', 'sallyport', 'start'], { cwd: project, env, detached: true })
  gateway = child
  let output = ''
  const listening = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (output.includes('127.0.0.1:8443')) resolve()
      })
    }
  })
  const ended = once(child, 'close')
  await Promise.race([listening, ended.then(() => assert.fail(output))])
  const trust = join(project, '.sallyport', 'ca.crt')
  const { stdout } = await run('curl', ['-s', '--cacert', trust, 'https://localhost:8443/anything'])
  assert.equal((JSON.parse(stdout) as { code: string }).code, 'PATH_UNDECLARED')
  // npx passes no signal on to what it started, so the whole group gets it, as by Ctrl-C in a terminal.
  process.kill(-child.pid!, 'SIGINT')
  await ended
})

test('`sallyport --version` prints the version', async () => {
  const { stdout } = await run('npx', ['--no-install', 'sallyport', '--version'], { cwd: project, env })
  assert.match(stdout, /\d+\.\d+\.\d+/)
})
