import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

interface Instruction {
  readonly name: string
  readonly value: string
}

/** Stages of the file, each a list of instructions; comments gone, continued lines joined. */
const stages: Instruction[][] = []
const text = readFileSync(join(import.meta.dirname, '../../deploy/Containerfile'), 'utf8')
for (const line of text
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, ' ')
  .split('\n')) {
  const [, name, value = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? []
  if (name === undefined) continue
  if (name === 'FROM') stages.push([])
  stages.at(-1)?.push({ name, value })
}
const final = stages.at(-1) ?? []
const valueIn = (name: string): string | undefined => final.findLast((part) => part.name === name)?.value

test('the image starts from nothing and runs no command of its own while it is built', () => {
  assert.equal(stages.length, 2)
  assert.equal(valueIn('FROM'), 'scratch')
  assert.deepEqual(
    final.filter(({ name }) => name === 'RUN' || name === 'ADD'),
    [],
  )
})

test('it runs as a number other than root', () => {
  assert.match(valueIn('USER') ?? '', /^[1-9]\d*:[1-9]\d*$/)
})

test('it starts without a shell and asks no health of itself', () => {
  const entry: unknown = JSON.parse(valueIn('ENTRYPOINT') ?? '')
  assert.deepEqual(entry, ['/usr/bin/node', '/app/dist/main.js'])
  assert.ok(Array.isArray(JSON.parse(valueIn('CMD') ?? '')))
  assert.equal(valueIn('HEALTHCHECK'), 'NONE')
  assert.equal(valueIn('STOPSIGNAL'), 'SIGTERM')
})

test('what it runs comes from the lockfile, without the tools of the build', () => {
  const commands = (stages[0] ?? []).filter(({ name }) => name === 'RUN').map(({ value }) => value)
  const installs = commands.flatMap((command) => command.match(/npm (?:ci|install)[^&]*/g) ?? [])
  assert.ok(installs.every((install) => install.startsWith('npm ci --ignore-scripts')))
  assert.match(installs.at(-1) ?? '', /--omit=dev --omit=optional/)
})
