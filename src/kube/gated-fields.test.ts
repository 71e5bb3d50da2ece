import { expect, it } from 'vitest'
import { withoutGatedFields } from './gated-fields.ts'

function pod(spec: object) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }
}

it('drops fields whose gates are off, and a lifecycle that held nothing else', () => {
  const given = pod({
    schedulingGroup: { podGroupName: 'g' },
    containers: [
      { name: 'a', lifecycle: { stopSignal: 'SIGUSR1' } },
      { name: 'b', lifecycle: { stopSignal: 'SIGUSR1', preStop: {} } },
    ],
  })
  expect(withoutGatedFields('Pod', given)).toEqual(
    pod({ containers: [{ name: 'a' }, { name: 'b', lifecycle: { preStop: {} } }] }),
  )
})

it('an object without them is the very same', () => {
  const given = pod({ containers: [{ name: 'a', lifecycle: { preStop: {} } }] })
  expect(withoutGatedFields('Pod', given)).toBe(given)
  expect(withoutGatedFields('ConfigMap', given)).toBe(given)
})
