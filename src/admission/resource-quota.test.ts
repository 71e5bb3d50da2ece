import { expect, it } from 'vitest'
import { resourceQuota } from './resource-quota.ts'
import { created, object, pod } from './testing.ts'

it('refuses the pod that exceeds the quota and names the amounts', () => {
  const quota = object('v1', 'ResourceQuota', 'q', { spec: { hard: { pods: '1' } } })
  const second = pod({}, { name: 'second' })
  expect(created([resourceQuota], quota, pod(), second)).toMatchObject({
    code: 403,
    status: {
      message:
        'pods "second" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    },
  })
})

it('asks for amounts that the quota limits', () => {
  const quota = object('v1', 'ResourceQuota', 'q', { spec: { hard: { 'limits.cpu': '1' } } })
  expect(created([resourceQuota], quota, pod())).toMatchObject({
    status: { message: 'pods "p" is forbidden: failed quota: q: must specify limits.cpu for: c' },
  })
})
