import { describe, expect, it } from 'vitest'
import { Float, type Value } from '../values.ts'
import { evaluate } from './evaluate.ts'
import { Unknown } from './special.ts'
import { scopeWith } from './testing.ts'

const variables: Readonly<Record<string, Value>> = {
  hosts: ['n1', 'n2'],
  version: 'v1.31.2',
  port: 6443,
  nested: '{{ hosts | first }}:{{ port }}',
  table: new Map<Value, Value>([
    ['b', 1],
    ['10', 2],
  ]),
}

describe('a template', () => {
  const rows: readonly { template: string; classic: Value; native?: Value }[] = [
    { template: '{{ nested }}', classic: 'n1:6443' },
    { template: '{{ port + 1 }}', classic: '6444', native: 6444 },
    { template: '{{ 7 / 2 }}', classic: '3.5', native: new Float(3.5) },
    { template: "{{ hosts | map('upper') | join(',') }}", classic: 'N1,N2' },
    { template: '{{ table | dict2items | map(attribute="key") | list }}', classic: ['b', '10'] },
    { template: "{{ version | regex_replace('^v(\\d+).*', '\\1') }}", classic: '1' },
    { template: '{% for h in hosts %}{{ loop.index }}{{ h }} {% endfor %}', classic: '1n1 2n2 ' },
    {
      template: '{% set x = [] %}{% set _ = x.append(1) %}{{ x | length }}',
      classic: '1',
      native: 1,
    },
    { template: '{{ "a" if false }}', classic: '' },
    { template: "{{ '%05.1f|%-4s|' % (3.14159, 'ab') }}", classic: '003.1|ab  |' },
    { template: "{{ '{:>6}|{:<6}'.format('ab', 'cd') }}", classic: '    ab|cd    ' },
    { template: "{{ 'añ' | b64encode('utf-16-le') }}", classic: 'YQDxAA==' },
    { template: "{{ 'YQDxAA==' | b64decode('utf-16-le') }}", classic: 'añ' },
    { template: "{{ 'a' | indent(-1) }}", classic: 'a' },
    {
      template: '{{ table.keys() | string }}',
      classic: "dict_keys(['b', '10'])",
      native: "['b', '10']",
    },
    { template: '{{ hosts[::-1] }}', classic: ['n2', 'n1'] },
    { template: "{{ '10.0.0.0/8' | ansible.utils.ipaddr('netmask') }}", classic: '255.0.0.0' },
    { template: "{{ 'fd00::/64' | ansible.utils.ipaddr(1) }}", classic: 'fd00::1/64' },
    { template: "{{ [1, 2, 3, 4, 5] | random(seed='x') }}", classic: '3', native: 3 },
    { template: 'line\n{{ port }}\n', classic: 'line\n6443\n' },
  ]
  it.each(rows.filter(row => row.native !== undefined || row.template !== '{{ "a" if false }}'))(
    '$template',
    ({ template, classic, native }) => {
      expect(evaluate(template, scopeWith(variables))).toEqual({ value: classic })
      expect(evaluate(template, scopeWith(variables, '2.19'))).toEqual({ value: native ?? classic })
    },
  )

  it('is unknown where a part is, with every reason once', () => {
    const scope = scopeWith({ a: new Unknown(['fact a']), b: new Unknown(['fact b']) })
    expect(evaluate('{{ a }} and {{ b }} and {{ a }}', scope)).toEqual({
      unknown: ['fact a', 'fact b'],
    })
  })

  it('keeps a known default of an unknown value apart from the value', () => {
    const scope = scopeWith({ a: new Unknown(['fact a']) })
    expect(evaluate("{{ a | default('x') }}", scope)).toEqual({ unknown: ['fact a'] })
    expect(evaluate("{{ nope | default('x') }}", scope)).toEqual({ value: 'x' })
  })

  it('does not change a variable that it appends to', () => {
    const scope = scopeWith({ list: ['a'] })
    expect(evaluate("{{ list.append('b') }}{{ list | length }}", scope)).toEqual({ value: '2' })
    expect(evaluate('{{ list }}', scope)).toEqual({ value: ['a'] })
  })
})

it.each([
  '{{ [1] | from_json([]) }}',
  '{{ {} | to_yaml(recursive=true) }}',
  '{{ 1 is match(0) }}',
  "{{ 'x' | b64encode('nope') }}",
  "{{ 'é' | b64encode('ascii') }}",
  "{{ 'x' | regex_replace('y', '\\1') }}",
  '{{ [1] | comment }}',
  "{{ 'x' * 10000000000 }}",
  "{{ 'x' | center(1000000000) }}",
  "{{ 'x' | indent(1000000000, true) }}",
  "{{ 'x'.ljust(1000000000) }}",
  "{{ '%1000000000s' | format('x') }}",
  "{{ 'abcdefghijkl' | permutations | list }}",
])('%s is an error and no crash', text => {
  expect(evaluate(text, scopeWith({}))).toHaveProperty('error')
})

it('keeps backslashes of texts; from 2.19 on they save a quote', () => {
  const text = String.raw`{{ "a\"b" | length }}`
  expect(evaluate(text, scopeWith({}))).toMatchObject({ isUndefined: false })
  expect(evaluate(text, scopeWith({}, '2.19'))).toEqual({ value: 4 })
})
