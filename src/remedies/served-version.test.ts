import { expect, it } from 'vitest'
import { servedVersion } from './served-version.ts'
import { cause, proposed, webRef } from './testing.ts'

it('names the version that is served', () => {
  const causes = [cause('unknown-kind', { meant: 'Deployment (apps/v1)' })]
  const fields = [{ object: webRef, path: 'apiVersion', value: 'apps/v1' }]
  expect(proposed(servedVersion, { causes })).toMatchObject([{ fields }])
})

it('does not turn one kind into another, nor guess', () => {
  const other = cause('unknown-kind', { meant: 'DaemonSet (apps/v1)' })
  expect(proposed(servedVersion, { causes: [other] })).toEqual([])
  expect(proposed(servedVersion, { causes: [cause('unknown-kind')] })).toEqual([])
})
