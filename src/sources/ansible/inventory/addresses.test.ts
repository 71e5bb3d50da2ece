import { expect, it } from 'vitest'
import { expandHostPattern, isAddress, parseAddress } from './addresses.ts'

it.each<[string, readonly string[]]>([
  ['web', ['web']],
  ['web[1:3]', ['web1', 'web2', 'web3']],
  ['web[01:03]', ['web01', 'web02', 'web03']],
  ['web[:2]', ['web0', 'web1', 'web2']],
  ['web[1:6:2]', ['web1', 'web3', 'web5']],
  ['web[5:1]', []],
  ['web[5:1:-2]', ['web5', 'web3']],
  ['[a:c]', ['a', 'b', 'c']],
  ['[y:B]', ['y', 'z', 'A', 'B']],
  ['[ab:cd]', ['a', 'b', 'c']],
  ['n[1:2]-[a:b].lan', ['n1-a.lan', 'n1-b.lan', 'n2-a.lan', 'n2-b.lan']],
  ['10.0.0.[1:2]', ['10.0.0.1', '10.0.0.2']],
])('%s is %j', (pattern, want) => {
  expect(expandHostPattern(pattern, '2.18').hosts).toEqual(want)
})

it.each([
  ['[001:3]', 'host range must specify equal-length begin and end formats'],
  ['[1:]', 'host range must specify end value'],
  ['[1]', 'host range must be begin:end or begin:end:step'],
  ['[aa:3]', "invalid literal for int() with base 10: 'aa'"],
  ['[c:a]', 'host range must have begin <= end'],
  ['[1:3:0]', 'range() arg 3 must not be zero'],
  ['a[', 'not enough values to unpack (expected 3, got 2)'],
  ['a|[1:2]', 'too many values to unpack (expected 3)'],
  ['n[1:99999999]', 'host range has more than 1000000 hosts'],
])('%s is refused: %s', (pattern, want) => {
  expect(() => expandHostPattern(pattern, '2.18')).toThrow(want)
})

it.each<[string, { host: string; port?: number } | undefined]>([
  ['web', { host: 'web' }],
  ['web:22', { host: 'web', port: 22 }],
  ['[2001:db8::1]:22', { host: '2001:db8::1', port: 22 }],
  ['2001:db8::1', { host: '2001:db8::1' }],
  ['[2001:db8::1]', undefined],
  ['web-', undefined],
  ['a b', undefined],
  ['', undefined],
])('the address %s', (text, want) => {
  expect(parseAddress(text, true, '2.18')).toEqual(want)
})

it('before 2.19 takes what only begins like an IPv6 address for one', () => {
  expect(isAddress('::1%eth0', '2.18')).toBe(true)
  expect(isAddress('::1%eth0', '2.19')).toBe(false)
})
