import { expect, it } from 'vitest'
import { goJson } from './go-json.ts'
import { schemaOf, type StructType, structAt } from './schema.ts'

const template = structAt(schemaOf('apps/v1', 'Deployment') as StructType, ['spec', 'template'])

it('writes fields in the order of the struct and what Go never leaves out', () => {
  const spec = { containers: [{ name: 'a', image: 'x<y', env: [] }], hostNetwork: false }
  expect(goJson(template, { spec })).toBe(
    '{"metadata":{"creationTimestamp":null},' +
      '"spec":{"containers":[{"name":"a","image":"x\\u003cy","resources":{}}]}}',
  )
})

it('writes absent lists that are not optional as null', () => {
  expect(goJson(template, {})).toBe(
    '{"metadata":{"creationTimestamp":null},"spec":{"containers":null}}',
  )
})

it('brings quantities to their canonical form and sorts maps', () => {
  const limits = { memory: '1024Mi', cpu: 0.5 }
  const text = goJson(template, { spec: { containers: [{ name: 'a', resources: { limits } }] } })
  expect(text).toContain('"limits":{"cpu":"500m","memory":"1Gi"}')
})
