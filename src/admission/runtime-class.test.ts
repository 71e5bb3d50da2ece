import { expect, it } from 'vitest'
import { runtimeClass } from './runtime-class.ts'
import { created, object, pod } from './testing.ts'

it('adds the overhead of the runtime', () => {
  const overhead = { podFixed: { cpu: '50m' } }
  const gvisor = object('node.k8s.io/v1', 'RuntimeClass', 'gvisor', { handler: 'runsc', overhead })
  expect(created([runtimeClass], gvisor, pod({ runtimeClassName: 'gvisor' }))).toMatchObject({
    object: { spec: { overhead: { cpu: '50m' } } },
  })
})

it('refuses a class that does not exist', () => {
  expect(created([runtimeClass], pod({ runtimeClassName: 'none' }))).toMatchObject({
    status: { message: 'pods "p" is forbidden: pod rejected: RuntimeClass "none" not found' },
  })
})
