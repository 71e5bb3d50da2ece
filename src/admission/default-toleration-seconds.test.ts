import { expect, it } from 'vitest'
import { defaultTolerationSeconds, defaultTolerationsOf } from './default-toleration-seconds.ts'
import { created, pod } from './testing.ts'

it('adds what is missing and keeps what the pod says', () => {
  const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', tolerationSeconds: 5 }
  const tolerations = [{ ...own, effect: 'NoExecute' }]
  expect(created([defaultTolerationSeconds], pod({ tolerations }))).toMatchObject({
    object: {
      spec: {
        tolerations: [
          { key: 'node.kubernetes.io/not-ready', tolerationSeconds: 5 },
          { key: 'node.kubernetes.io/unreachable', tolerationSeconds: 300 },
        ],
      },
    },
  })
})

it('adds nothing to a pod that tolerates everything', () => {
  const tolerations = [{ operator: 'Exists' }]
  expect(created([defaultTolerationSeconds], pod({ tolerations }))).toMatchObject({
    object: { spec: { tolerations: [{ operator: 'Exists' }] } },
  })
})

it('takes the seconds that flags of the API server say, each by itself', () => {
  const plugins = [defaultTolerationsOf({ unreachable: 20 })]
  expect(created(plugins, pod({}))).toMatchObject({
    object: {
      spec: {
        tolerations: [
          { key: 'node.kubernetes.io/not-ready', tolerationSeconds: 300 },
          { key: 'node.kubernetes.io/unreachable', tolerationSeconds: 20 },
        ],
      },
    },
  })
})
