import { expect, it } from 'vitest'
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts'
import { created, object } from './testing.ts'

it('protects a claim with its finalizer', () => {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  const claim = object('v1', 'PersistentVolumeClaim', 'c', { spec })
  expect(created([storageObjectInUseProtection], claim)).toMatchObject({
    object: { metadata: { finalizers: ['kubernetes.io/pvc-protection'] } },
  })
})
