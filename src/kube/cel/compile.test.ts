import { describe, expect, it } from 'vitest'
import { admissionEnvironment } from './admission-environment.ts'
import { compile } from './compile.ts'
import { CelError } from './values.ts'

const environment = admissionEnvironment({})
const object = { data: {}, spec: { replicas: 3 }, metadata: { labels: { app: 'a' } } }

function result(text: string): unknown {
  const compiled = compile(text, environment)
  if (!compiled.ok) return compiled.error
  const { value } = compiled.program.evaluate({ object })
  return value instanceof CelError ? value.message : value
}

describe('values', () => {
  it.each([
    ['object.spec.replicas <= 5 && has(object.metadata.labels)', true],
    ['[1, 2, 3].filter(x, x > 1).map(x, x * 2)', [4, 6]],
    ["quantity('1Gi').isGreaterThan(quantity('500Mi'))", true],
    ["'%s has %d'.format(['a', 3])", 'a has 3'],
    ["ip('10.0.0.1').family()", 4],
    ["cidr('10.0.0.0/8').containsIP('10.1.2.3')", true],
    ["url('https://a.example:80/x').getHostname()", 'a.example'],
    ["semver('1.2.3').isLessThan(semver('1.10.0'))", true],
    ["['b', 'a'].sort().join(',')", 'a,b'],
    ["'a1b22'.findAll('[0-9]+')", ['1', '22']],
    ['sets.contains([1, 2], [2])', true],
    ['object.?none.orValue(3)', 3],
    ["timestamp('2024-01-01T00:00:00Z').getHours('Europe/Berlin')", 1],
    ["{'a': 1}.transformList(k, v, k + string(v))", ['a1']],
    ["object.metadata.labels.exists(k, k == 'app')", true],
    ['true || 1 / 0 == 1', true],
  ])('%s', (text, value) => {
    expect(result(text)).toEqual(value)
  })
})

describe('failures', () => {
  it.each([
    ["object.data.a == '1'", 'no such key: a'],
    ['1 / 0', 'division by zero'],
    ['[1][2]', 'index out of bounds: 2'],
    ['9223372036854775807 + 1', 'integer overflow'],
    ["int('x')", "program instantiation failed: type conversion error from 'string' to 'int'"],
  ])('%s', (text, message) => {
    expect(result(text)).toBe(message)
  })

  it('are values that && and || may do without', () => {
    expect(result("object.data.a == '1' || true")).toBe(true)
    expect(result("object.data.a == '1' && false")).toBe(false)
  })
})

describe('texts that are no expressions', () => {
  const expecting =
    "expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, " +
    'NUM_UINT, STRING, BYTES, IDENTIFIER}'

  it.each([
    ['1 +', `1:4: Syntax error: mismatched input '<EOF>' ${expecting}\n | 1 +\n | ...^`],
    [
      "'a' + 1",
      "1:5: found no matching overload for '_+_' applied to '(string, int)'\n" +
        " | 'a' + 1\n | ....^",
    ],
    ['foo', "1:1: undeclared reference to 'foo' (in container '')\n | foo\n | ^"],
    [
      "'abc'.matches('(')",
      "1:15: invalid matches argument\n | 'abc'.matches('(')\n | ..............^",
    ],
  ])('%s', (text, message) => {
    expect(result(text)).toBe(`compilation failed: ERROR: <input>:${message}`)
  })

  it('are told with their place', () => {
    const compiled = compile('object.spec\n  .replicas < "5" + 1', environment)
    expect(compiled).toMatchObject({
      ok: false,
      issues: [{ location: { line: 2, column: 18 } }],
    })
  })
})

describe('cost', () => {
  it('stops what is too expensive', () => {
    const compiled = compile('[0, 1, 2, 3, 4, 5].all(x, x >= 0)', environment)
    if (!compiled.ok) throw new Error(compiled.error)
    expect(compiled.program.evaluate({}, 1000)).toMatchObject({ value: true, exceeded: false })
    expect(compiled.program.evaluate({}, 10)).toMatchObject({ exceeded: true })
  })
})

it('compiles a text once for each environment', () => {
  expect(compile('1 + 2', environment)).toBe(compile('1 + 2', environment))
})
