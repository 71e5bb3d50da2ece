import { expect, it } from 'vitest'
import { isInRange, isPartOf } from './ip-ranges.ts'

it.each([
  { address: '127.1.2.3', range: '127.0.0.0/8', want: true },
  { address: '128.0.0.1', range: '127.0.0.0/8', want: false },
  { address: '::1', range: '::1/128', want: true },
  { address: '0:0:0:0:0:0:0:1', range: '::1/128', want: true },
  { address: '::1', range: '127.0.0.0/8', want: false },
  { address: '::ffff:127.0.0.1', range: '127.0.0.0/8', want: true },
  { address: '10.1.2.3', range: '::ffff:10.0.0.0/104', want: true },
  { address: '10.1.2.3', range: '::ffff:10.2.0.0/112', want: false },
  { address: 'febf::1', range: 'fe80::/10', want: true },
  { address: 'fec0::1', range: 'fe80::/10', want: false },
  { address: '1.2.3.4', range: '0.0.0.0/0', want: true },
])('$address in $range: $want', ({ address, range, want }) => {
  expect(isInRange(address, range)).toBe(want)
})

it.each([
  { inner: '10.1.0.0/16', outer: '10.0.0.0/8', want: true },
  { inner: '10.0.0.0/8', outer: '10.0.0.0/8', want: false },
  { inner: '11.0.0.0/16', outer: '10.0.0.0/8', want: false },
  { inner: '2001:db8:1::/48', outer: '2001:db8::/32', want: true },
])('$inner is a part of $outer: $want', ({ inner, outer, want }) => {
  expect(isPartOf(inner, outer)).toBe(want)
})
