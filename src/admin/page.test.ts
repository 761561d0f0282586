import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { adminRoles } from '../store/admin-roles.ts'
import { may, type Permission, permissionsOf } from './permissions.ts'
import { routes } from './routes.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/admin.md'), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).split(' | '))

test('the page lists the routes of the table, each with what it needs', () => {
  const written = rows.flatMap(([route = '', needs = '']) => {
    const name = /^`((?:GET|POST) \/[\w./-]+)[?`]/.exec(route)?.[1]
    return name === undefined ? [] : [`${name}: ${needs}`]
  })
  const words: Readonly<Record<string, string>> = {
    open: 'nothing',
    known: 'any role',
    metrics: '`view`, or a network of `openMetricsTo`',
  }
  const expected = routes.map(
    ({ method, path, needs }) => `${method} ${path}: ${words[needs] ?? `\`${needs}\``}`,
  )
  assert.deepEqual(written, expected)
})

test('the page has the table of roles', () => {
  const head = rows.find(([first]) => first === 'role')!
  const permissions = head.slice(1).map((word) => word.trim()) as Permission[]
  assert.deepEqual(permissions.toSorted(), permissionsOf.admin.toSorted())
  for (const role of adminRoles) {
    const line = page.split('\n').find((one) => one.startsWith(`| \`${role}\` |`))!
    const cells = line.split('|').slice(2, -1)
    assert.deepEqual(
      cells.map((cell) => cell.trim()),
      permissions.map((permission) => (may(role, permission) ? 'yes' : '')),
      role,
    )
  }
})
