import { expect, it } from 'vitest'
import { parseLocation, pathText } from './location.ts'

it.each([
  ['spec.containers[name: main].image', 'spec.containers[name: main].image'],
  ['spec . containers [ name : * ] . image', 'spec.containers[name: *].image'],
  [`metadata.labels."example.com/x"`, 'metadata.labels."example.com/x"'],
  [`a['b c': 'it''s']`.replace("''", "\\'"), `a["b c": "it's"]`],
  ['a[port: 80].b', 'a[port: 80].b'],
  ['', ''],
])('reads %j', (location, want) => {
  expect(pathText(parseLocation(location))).toBe(want)
})

it.each([
  ['spec.', 'trailing separators are forbidden'],
  ['spec[name].x', `unexpected token: expected ':' following keyField name, got: RBRACKET: "]"`],
  ['spec["a', 'unexpected token: expected keyField in listSpec, got: ERROR: "a"'],
  ['spec.1a', 'unexpected token: expected field name or eof, got: INT: "1"'],
])('refuses %j', (location, message) => {
  expect(() => parseLocation(location)).toThrow(message)
})
