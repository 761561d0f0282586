import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonMediaType } from './media-type.ts'

test('types of JSON, with and without parameters', () => {
  for (const type of [
    'application/json',
    'Application/JSON',
    'text/json',
    'application/problem+json',
    'application/vnd.api+json; ext="x"',
    'application/json;charset=utf-8',
    'application/json \t; \tcharset=utf-8',
    'application/json; Charset="UTF-8"',
  ])
    assert.equal(jsonMediaType(type), 'json', type)
})

test('another charset, or one said in a way that readers take differently', () => {
  for (const type of [
    'application/json; charset=utf-16',
    'application/json; charset=latin1',
    'application/json; charset=utf-8; charset=utf-7',
    'application/json; charset=',
    'application/json; charset',
    "application/json; charset='utf-8'",
    'application/json; charset="utf-8',
    'application/json; =utf-8',
    'application/json;',
    'application/json; charset=utf-8\u00a0',
    'application/json; ext="; charset=utf-7"',
  ])
    assert.equal(jsonMediaType(type), 'charset', type)
})

test('everything else is another type', () => {
  for (const type of [
    undefined,
    '',
    'text/plain',
    'application/xml',
    'application/json, application/json',
    'application/json charset=utf-8',
    'application/jsonx',
    'application/json\u00a0',
    'application/json\u000b; charset=utf-8',
    'xapplication/json',
    '+json',
    'application/+json/x',
    `application/json; x=${'y'.repeat(400)}`,
  ])
    assert.equal(jsonMediaType(type), 'other', type)
})
