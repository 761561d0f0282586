import assert from 'node:assert/strict'
import { test } from 'node:test'
import { der, integer, octets, oid, time } from './der.ts'

test('object identifiers', () => {
  assert.equal(oid('2.5.29.30').toString('hex'), '0603551d1e')
  assert.equal(oid('1.2.840.10045.4.3.2').toString('hex'), '06082a8648ce3d040302')
})

test('integers are minimal and positive', () => {
  const hex = (...bytes: number[]): string => integer(Buffer.from(bytes)).toString('hex')
  assert.equal(hex(0), '020100')
  assert.equal(hex(0, 0, 1), '020101')
  assert.equal(hex(0x80), '02020080')
  assert.equal(hex(0, 0x80), '02020080')
})

test('lengths take the shortest form', () => {
  assert.equal(octets(Buffer.alloc(0x7f)).toString('hex', 0, 2), '047f')
  assert.equal(octets(Buffer.alloc(0x80)).toString('hex', 0, 3), '048180')
  assert.equal(octets(Buffer.alloc(0x100)).toString('hex', 0, 4), '04820100')
  assert.throws(() => der(0x04, Buffer.alloc(0x10000)), RangeError)
})

test('times change their form in 2050', () => {
  assert.equal(time(new Date('2049-12-31T23:59:59.999Z')).toString('latin1', 2), '491231235959Z')
  assert.equal(time(new Date('2050-01-01T00:00:00Z')).toString('latin1', 2), '20500101000000Z')
})
