import { expect, it } from 'vitest'
import { validateCreate } from './registry.ts'

/** What is wrong with Endpoints of one address. */
function complaints(ip: string): readonly string[] {
  const object = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'e', namespace: 'default' },
    subsets: [{ addresses: [{ ip }], ports: [{ port: 80, protocol: 'TCP' }] }],
  }
  return validateCreate('Endpoints', object, true).map(({ body }) => body)
}

it.each([
  { ip: '10.0.0.1', want: [] },
  { ip: '0.0.0.0', want: ['may not be unspecified (0.0.0.0)'] },
  { ip: '127.0.0.1', want: ['loopback range'] },
  { ip: '169.254.1.1', want: ['link-local range'] },
  { ip: '224.0.0.9', want: ['link-local multicast range'] },
  { ip: '224.0.1.9', want: [] },
  { ip: '2001:db8::1', want: [] },
  { ip: '0:0:0:0:0:0:0:1', want: ['loopback range'] },
  { ip: 'ff12::1', want: ['link-local multicast range'] },
  { ip: 'ff05::1', want: [] },
])('an endpoint at $ip: $want', ({ ip, want }) => {
  const found = complaints(ip)
  expect(found).toHaveLength(want.length)
  want.forEach((part, index) => expect(found[index]).toContain(part))
})
