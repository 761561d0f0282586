import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest, suggest } from './nearest.ts'

test('finds the word that was meant', () => {
  const known = ['address', 'authenticate', 'anonymous', 'tls']
  assert.equal(nearest('adress', known), 'address')
  assert.equal(nearest('Anonymous', known), 'anonymous')
  assert.equal(nearest('tsl', known), 'tls')
  assert.equal(nearest('completely', known), null)
})

test('a word of a megabyte costs nothing', () => {
  assert.equal(nearest('a'.repeat(1_000_000), ['address']), null)
})

test('names what is known while that fits a line', () => {
  assert.equal(suggest('adress', ['address'], 'key'), 'Did you mean `address`? Known: `address`.')
  assert.equal(suggest('x', [], 'service'), 'There is no service yet.')
  const many = Array.from({ length: 100 }, (_, index) => `operation${index}`)
  assert.equal(suggest('operation5x', many, 'operation'), 'Did you mean `operation5`?')
})
