import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultJsonLimits, type JsonFault, parseJson } from './parse-json.ts'

/*
 * What the cases of JSONTestSuite (github.com/nst/JSONTestSuite, test_parsing) ask, written anew. A text is one of
 * bytes: `\xe9` is the byte E9.
 */

const verdictOf = (text: string): 'ok' | JsonFault => {
  const parsed = parseJson(Buffer.from(text, 'latin1'), defaultJsonLimits)
  return parsed.ok ? 'ok' : parsed.fault
}

/** `y_`: texts of every JSON reader. */
const accepted: readonly string[] = [
  '[[]   ]',
  '[""]',
  '[]',
  '["a"]',
  '[false]',
  '[null, 1, "1", {}]',
  '[null]',
  '[1\n]',
  ' [1]',
  '[1,null,null,null,2]',
  '[2] ',
  '[123e65]',
  '[0e+1]',
  '[0e1]',
  '[ 4]',
  '[-0.000000000000001]',
  '[20e1]',
  '[-0]',
  '[-123]',
  '[-1]',
  '[1E22]',
  '[1E-2]',
  '[1E+2]',
  '[123e45]',
  '[123.456e78]',
  '[1e-2]',
  '[1e+2]',
  '[123]',
  '[123.456789]',
  '{"asd":"sdf", "dfg":"fgh"}',
  '{"asd":"sdf"}',
  '{}',
  '{"":0}',
  '{ "min": -1.0e+28, "max": 1.0e+28 }',
  '{"x":[{"id": "xxxxxxxxxxxxxxxxxxxx"}], "id": "xxxxxxxxxxxxxxxxxxxx"}',
  '{"a":[]}',
  '{"title":"\\u041f\\u043e\\u043b\\u0442\\u043e\\u0440\\u0430" }',
  '{\n"a": "b"\n}',
  '["\\u0060\\u012a\\u12AB"]',
  '["\\uD801\\udc37"]',
  '["\\ud83d\\ude39\\ud83d\\udc8d"]',
  '["\\"\\\\\\/\\b\\f\\n\\r\\t"]',
  '["\\\\u0000"]',
  '["\\""]',
  '["a/*b*/c/*d//e"]',
  '["\\\\a"]',
  '["\\\\n"]',
  '["\\u0012"]',
  '["\\uFFFF"]',
  '["asd"]',
  '[ "asd"]',
  '["\\uDBFF\\uDFFF"]',
  '["new\\u00A0line"]',
  '["\xf4\x8f\xbf\xbf"]',
  '["\xef\xbf\xbf"]',
  '["\\u002c"]',
  '["\xcf\x80"]',
  '["\xf0\x9b\xbf\xbf"]',
  '["asd "]',
  '" "',
  '["\\uD834\\uDd1e"]',
  '["\\u0821"]',
  '["\\u0123"]',
  '["\xe2\x80\xa8"]',
  '["\xe2\x80\xa9"]',
  '["\\u0061\\u30af\\u30EA\\u30b9"]',
  '["new\\u000Aline"]',
  '["\x7f"]',
  '["\\uA66D"]',
  '["\\u005C"]',
  '["\xe2\x8d\x82\xe3\x88\xb4\xe2\x8d\x82"]',
  '["\\u10FFFF"]',
  '["\\uDBFF\\uDFFE"]',
  '["\\uD83F\\uDFFE"]',
  '["\\u200B"]',
  '["\\u2064"]',
  '["\\uFDD0"]',
  '["\\uFFFE"]',
  '["\\u0022"]',
  '["\xe2\x82\xac\xf0\x9d\x84\x9e"]',
  '["a\x7fa"]',
  'false',
  '42',
  '-0.1',
  'null',
  '"asd"',
  'true',
  '""',
  '["a"]\n',
  '[true]',
  ' [] ',
]

/** `y_` too, and refused here: two readers of the field read them differently. */
const narrower: readonly (readonly [string, string, JsonFault])[] = [
  ['y_object_duplicated_key', '{"a":"b","a":"c"}', 'duplicate-name'],
  ['y_object_duplicated_key_and_value', '{"a":"b","a":"b"}', 'duplicate-name'],
  ['y_object_escaped_null_in_key', '{"foo\\u0000bar": 42}', 'nul'],
  ['y_string_null_escape', '["\\u0000"]', 'nul'],
]

/** `i_`: left to the reader. Decided so. */
const decided: readonly (readonly [string, string, 'ok' | JsonFault])[] = [
  ['number_double_huge_neg_exp', '[123.456e-789]', 'number'],
  ['number_huge_exp', `[0.4e00669${'9'.repeat(80)}6]`, 'number'],
  ['number_neg_int_huge_exp', '[-1e+9999]', 'number'],
  ['number_pos_double_huge_exp', '[1.5e+9999]', 'number'],
  ['number_real_neg_overflow', '[-123123e100000]', 'number'],
  ['number_real_pos_overflow', '[123123e100000]', 'number'],
  ['number_real_underflow', '[123e-10000000]', 'number'],
  ['number_too_big_neg_int', '[-123123123123123123123123123123]', 'number'],
  ['number_too_big_pos_int', '[100000000000000000000]', 'number'],
  ['number_very_big_negative_int', '[-237462374673276894279832749832423479823246327846]', 'number'],
  ['object_key_lone_2nd_surrogate', '{"\\uDFAA":0}', 'surrogate'],
  ['string_1st_surrogate_but_2nd_missing', '["\\uDADA"]', 'surrogate'],
  ['string_1st_valid_surrogate_2nd_invalid', '["\\uD888\\u1234"]', 'surrogate'],
  ['string_UTF-16LE_with_BOM', '\xff\xfe[\0"\0\xe9\0"\0]\0', 'encoding'],
  ['string_UTF-8_invalid_sequence', '["\xe6\x97\xa5\xd1\x88\xfa"]', 'encoding'],
  ['string_UTF8_surrogate_U+D800', '["\xed\xa0\x80"]', 'encoding'],
  ['string_incomplete_surrogate_and_escape_valid', '["\\uD800\\n"]', 'surrogate'],
  ['string_incomplete_surrogate_pair', '["\\uDd1ea"]', 'surrogate'],
  ['string_incomplete_surrogates_escape_valid', '["\\uD800\\uD800\\n"]', 'surrogate'],
  ['string_invalid_lonely_surrogate', '["\\ud800"]', 'surrogate'],
  ['string_invalid_surrogate', '["\\ud800abc"]', 'surrogate'],
  ['string_invalid_utf-8', '["\xff"]', 'encoding'],
  ['string_inverted_surrogates_U+1D11E', '["\\uDd1e\\uD834"]', 'surrogate'],
  ['string_iso_latin_1', '["\xe9"]', 'encoding'],
  ['string_lone_second_surrogate', '["\\uDFAA"]', 'surrogate'],
  ['string_lone_utf8_continuation_byte', '["\x81"]', 'encoding'],
  ['string_not_in_unicode_range', '["\xf4\xbf\xbf\xbf"]', 'encoding'],
  ['string_overlong_sequence_2_bytes', '["\xc0\xaf"]', 'encoding'],
  ['string_overlong_sequence_6_bytes', '["\xfc\x83\xbf\xbf\xbf\xbf"]', 'encoding'],
  ['string_overlong_sequence_6_bytes_null', '["\xfc\x80\x80\x80\x80\x80"]', 'encoding'],
  ['string_truncated-utf-8', '["\xe0\xff"]', 'encoding'],
  ['string_utf16BE_no_BOM', '\0[\0"\0\xe9\0"\0]', 'encoding'],
  ['string_utf16LE_no_BOM', '[\0"\0\xe9\0"\0]\0', 'encoding'],
  ['structure_500_nested_arrays', '['.repeat(500) + ']'.repeat(500), 'depth'],
  ['structure_UTF-8_BOM_empty_object', '\xef\xbb\xbf{}', 'byte-order-mark'],
]

/** `n_`: no JSON. The parts of numbers, words and escapes stand in a list, as there. */
const inList =
  '1 true|a\xe5|"": 1|,1|1,,2|"x",,|"",|\xff|1:2|,|-|   , ""|1,|1,,|"\x0ba"\\f|*|fals|nul|tru|++1234|+1|+Inf|-01|' +
  '-1.0.|-2.|-NaN|.-1|.2e-3|0.1.2|0.3e+|0.3e|0.e1|0E+|0E|0e+|0e|1.0e+|1.0e-|1.0e|1 000.0|1eE2|2.e+3|2.e-3|2.e3|' +
  '9.e+|Inf|NaN|\xef\xbc\x91|1+2|0x1|0x42|Infinity|0e+-1|-123.123foo|123\xe5|1e1\xe5|0\xe5|-Infinity|-foo|- 1|-012|' +
  '-.123|-1x|1ea|1e\xe5|1.|.123|1.2a-3|1.8011670033376514H-308|012|-00.0|-00e0|00.0|00e0|"x", truth|"\\uD800\\"|' +
  '"\\uD800\\u"|"\\uD800\\u1"|"\\uD800\\u1x"|\xc3\xa9|"\\\0"|"\\x00"|"\\\\\\"|"\\\t"|"\\\xf0\x9f\x8c\x80"|"\\"|' +
  '"\\u00A"|"\\uD834\\uDd"|"\\uD800\\uD800\\x"|"\\u\xe5"|"\\a"|"\\uqqqq"|"\\\xe5"|\\u0020"asd"|\\n|"\\012"|' +
  '\'single quote\'|"a\0a"|"new\nline"|"\t"|\xe2\x81\xa0|<null>|"asd|True|\0|\'|\\u000A""|\x0c|\xc2\xa0|3[4]|' +
  ',"a"|"a",\n4\n,1,'
const alone =
  '[""],|["x"]]|["x"|[x|["a",\n4|[""|[1,|[1,\n1\n,1|[{}|123\0|---123|x12345|{[: "x"}|{"x", null}|{"x"::"b"}|' +
  '{\xf0\x9f\x87\xa8\xf0\x9f\x87\xad}|{"a":"a" 123}|{key: \'value\'}|{"\xb9":"0",}|{"a" b}|{:"b"}|{"a" "b"}|{"a":|{"a"|' +
  '{1:1}|{9999E9999:1}|{null:null,null:null}|{"id":0,,,,,}|{\'a\':0}|{"id":0,}|{"a":"b"}/**/|{"a":"b"}/**//|' +
  '{"a":"b"}//|{"a":"b"}/|{"a":"b",,"c":"d"}|{a: "b"}|{Xx: 1}|{"a":"a|{ "foo" : "bar", "a" }|{"a":"b"}#| |"|abc|["\\|' +
  '"\\UA66D"|""x|\xef\xbb\xbf|<.>|[1]x|[1]]|a\xc3\xa5|1]|{"x": true,|[][]|]|\xef\xbb{}|\xe5|[||[\0]|2@|{}}|{"":|' +
  '{"a":/*comment*/"b"}|{"a": true} "x"|[\'|[,|[{|["a|["a"|{|{]|{,|{[|{"a|{\'a\'|["\\{["\\{["\\{["\\{|\xe9|*|' +
  '{"a":"b"}#{}|[\\u000A""]|[1|[ false, nul|[ true, fals|[ false, tru|{"asd":"asd"|\xc3\xa5|\xe2\x81\xa0'

test('y_: accepted', () => {
  for (const text of accepted) assert.equal(verdictOf(text), 'ok', text)
  assert.equal(verdictOf(`[-0.${'0'.repeat(77)}1]`), 'ok', 'y_number_double_close_to_zero')
})

for (const [name, text, fault] of narrower) {
  test(`${name}: refused all the same`, () => {
    assert.doesNotThrow(() => JSON.parse(text))
    assert.equal(verdictOf(text), fault)
  })
}

for (const [name, text, verdict] of decided) {
  test(`i_${name}: ${verdict}`, () => assert.equal(verdictOf(text), verdict))
}

test('n_: refused', () => {
  const texts = [...inList.split('|').map((text) => `[${text}]`), ...alone.split('|')]
  for (const text of texts) assert.notEqual(verdictOf(text), 'ok', text)
  assert.equal(verdictOf('['.repeat(100_000)), 'depth')
  assert.equal(verdictOf('[{"":'.repeat(50_000)), 'depth')
})
