import { expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { missingClasses } from './storage.ts'
import { withAssumedZones } from './zones.ts'

const wrong: readonly unknown[] = [null, 3, 'text', [null], [3], {}, { a: null }]
const keys = ['template', 'jobTemplate', 'volumes', 'volumeClaimTemplates', 'affinity']

const fields = [...keys, 'topologySpreadConstraints', 'storageClassName']

const specs = [
  ...wrong,
  ...fields.flatMap(key => wrong.map(value => ({ [key]: value }))),
  ...fields.flatMap(key => wrong.map(value => ({ template: { spec: { [key]: value } } }))),
]

it.each(['Pod', 'Deployment', 'CronJob', 'PersistentVolumeClaim'])(
  'a %s with fields of wrong types is no reason to stop',
  kind => {
    for (const spec of specs) {
      const object = { apiVersion: 'v1', kind, metadata: { name: 'a' }, spec } as KubeObject
      expect(() => missingClasses([object])).not.toThrow()
      expect(withAssumedZones([], [object]).assumed).toBe(0)
    }
  },
)
