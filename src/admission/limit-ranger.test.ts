import { expect, it } from 'vitest'
import { limitRanger } from './limit-ranger.ts'
import { created, object, pod } from './testing.ts'

const range = (limit: object) =>
  object('v1', 'LimitRange', 'l', { spec: { limits: [{ type: 'Container', ...limit }] } })

it('fills in requests and limits and notes it on the pod', () => {
  const limits = range({ default: { cpu: '500m' }, defaultRequest: { cpu: '100m' } })
  const note = 'LimitRanger plugin set: cpu request for container c; cpu limit for container c'
  expect(created([limitRanger], limits, pod())).toMatchObject({
    object: {
      metadata: { annotations: { 'kubernetes.io/limit-ranger': note } },
      spec: { containers: [{ resources: { limits: { cpu: '500m' }, requests: { cpu: '100m' } } }] },
    },
  })
})

it('refuses a container above the maximum', () => {
  const containers = [{ name: 'c', image: 'a', resources: { limits: { cpu: '2' } } }]
  expect(created([limitRanger], range({ max: { cpu: '1' } }), pod({ containers }))).toMatchObject({
    code: 403,
    status: {
      message: 'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    },
  })
})
