import { expect, it } from 'vitest'
import { defaultStorageClass } from './default-storage-class.ts'
import { created, object } from './testing.ts'

it('gives a claim without a class the default one, and leaves an empty class alone', () => {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' }
  const storageClass = object('storage.k8s.io/v1', 'StorageClass', 'fast', { provisioner: 'x/y' })
  const marked = { ...storageClass, metadata: { name: 'fast', annotations } }
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  const claim = object('v1', 'PersistentVolumeClaim', 'c', { spec })
  const classless = { ...claim, spec: { ...spec, storageClassName: '' } }
  expect(created([defaultStorageClass], marked, claim)).toMatchObject({
    object: { spec: { storageClassName: 'fast' } },
  })
  expect(created([defaultStorageClass], marked, classless)).toMatchObject({
    object: { spec: { storageClassName: '' } },
  })
})
