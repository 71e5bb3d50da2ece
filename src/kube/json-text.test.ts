import { describe, expect, it } from 'vitest'
import { readJsonText } from './json-text.ts'

describe('JSON text', () => {
  it.each([
    ['{"a":[1,{"b":"x\\u0041"}],"c":null}', { a: [1, { b: 'xA' }], c: null }],
    [' -1.5e+2 ', -150],
    ['{"__proto__":1}', JSON.parse('{"__proto__":1}')],
    ['[]', []],
  ])('reads %s', (text, value) => {
    expect(readJsonText(text)).toMatchObject({ value, duplicates: [] })
  })

  it('names fields that are written twice, in their order', () => {
    const { value, duplicates } = readJsonText(
      '{"a":{"x":1,"x":2},"l":[{"y":1,"y":2}],"a":{"z":3}}',
    )
    expect(duplicates.map(({ path }) => path)).toEqual(['a.x', 'l[0].y', 'a'])
    expect(value).toEqual({ a: { x: 2, z: 3 }, l: [{ y: 2 }] })
  })

  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":1,', 'unexpected end of JSON input'],
    ['"a', 'unexpected end of JSON input'],
    ['{a: 1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', `invalid character '1' after object key`],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['nul1', "invalid character '1' in literal null (expecting 'l')"],
    ['01', "invalid character '1' after top-level value"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['"a\n"', "invalid character '\\n' in string literal"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ['é', "invalid character 'Ã' looking for beginning of value"],
  ])('says of %j what Go says', (text, error) => {
    expect(readJsonText(text).error).toBe(error)
  })
})
