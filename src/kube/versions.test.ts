import { expect, it } from 'vitest'
import { isSupported, standIn } from './versions.ts'

it.each([
  { version: '1.36', supported: true, by: undefined },
  { version: 'v1.34.4', supported: true, by: undefined },
  { version: '1.33', supported: true, by: '1.34' },
  { version: '1.31', supported: true, by: '1.34' },
  { version: '1.30', supported: true, by: '1.34' },
  { version: '1.29', supported: false, by: '1.34' },
  { version: '1.10', supported: false, by: '1.34' },
  { version: '1.37', supported: false, by: undefined },
  { version: '2.0', supported: false, by: undefined },
])('$version: supported $supported, decided by $by', ({ version, supported, by }) => {
  expect([isSupported(version), standIn(version)]).toEqual([supported, by])
})
