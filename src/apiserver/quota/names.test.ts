import { expect, it } from 'vitest'
import { kindCountedBy } from './names.ts'

it.each([
  ['pods', 'Pod'],
  ['requests.nvidia.com/gpu', 'Pod'],
  ['requests.hugepages-2Mi', 'Pod'],
  ['services.nodeports', 'Service'],
  ['gold.storageclass.storage.k8s.io/requests.storage', 'PersistentVolumeClaim'],
  ['count/deployments.apps', 'Deployment'],
  ['count/widgets.example.com', undefined],
  ['requests.storage.k8s.io', undefined],
  ['toString', undefined],
])('%s counts %s', (name, kind) => {
  expect(kindCountedBy(name)).toBe(kind)
})
