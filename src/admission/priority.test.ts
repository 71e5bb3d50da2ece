import { expect, it } from 'vitest'
import { priority } from './priority.ts'
import { created, object, pod } from './testing.ts'

const high = object('scheduling.k8s.io/v1', 'PriorityClass', 'high', { value: 1000 })

it('resolves the class of a pod, and 0 without any', () => {
  expect(created([priority], high, pod({ priorityClassName: 'high' }))).toMatchObject({
    object: { spec: { priority: 1000, preemptionPolicy: 'PreemptLowerPriority' } },
  })
  expect(created([priority], pod())).toMatchObject({ object: { spec: { priority: 0 } } })
})

it('takes the global default and knows the system classes from the start', () => {
  expect(created([priority], { ...high, globalDefault: true }, pod())).toMatchObject({
    object: { spec: { priority: 1000, priorityClassName: 'high' } },
  })
  const critical = pod({ priorityClassName: 'system-node-critical' })
  expect(created([priority], critical)).toMatchObject({
    object: { spec: { priority: 2_000_001_000 } },
  })
})

it('refuses a class that does not exist', () => {
  expect(created([priority], pod({ priorityClassName: 'none' }))).toMatchObject({
    status: { message: 'pods "p" is forbidden: no PriorityClass with name none was found' },
  })
})
