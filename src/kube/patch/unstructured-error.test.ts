import { expect, it } from 'vitest'
import { schemaOf, type StructType } from '../schema.ts'
import { unstructuredError } from './unstructured-error.ts'

const deployment = schemaOf('apps/v1', 'Deployment') as StructType

const cases = [
  {
    name: 'a text as number',
    given: { spec: { replicas: '3' } },
    want: 'unrecognized type: int32',
  },
  {
    name: 'a number as text',
    given: { metadata: { name: 5 } },
    want: 'cannot convert int64 to string',
  },
  {
    name: 'a fraction as integer',
    given: { spec: { replicas: 1.5 } },
    want: 'cannot convert float64 to int32',
  },
  { name: 'a list as struct', given: { spec: [] }, want: 'cannot restore struct from: slice' },
  {
    name: 'a text as map',
    given: { metadata: { labels: 'a' } },
    want: 'cannot restore map from string',
  },
  {
    name: 'the first field in Go order',
    given: { spec: { paused: 1, replicas: true } },
    want: 'unrecognized type: int32',
  },
]

it.each(cases)('$name', ({ given, want }) => {
  expect(unstructuredError(deployment, given)).toBe(want)
})

it('says nothing of what fits', () => {
  expect(unstructuredError(deployment, { spec: { replicas: 3 } })).toBeUndefined()
})
