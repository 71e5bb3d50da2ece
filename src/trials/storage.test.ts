import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { missingClasses } from './storage.ts'

function claim(spec: object): KubeObject {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec }
}

function set(spec: object): KubeObject {
  const metadata = { name: 's' }
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: { volumeClaimTemplates: [{ spec }] },
  }
}

function storageClass(name: string, isDefault: boolean): KubeObject {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': String(isDefault) }
  return { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name, annotations } }
}

describe('missingClasses', () => {
  const cases = [
    { name: 'no claim, no class', given: [], want: [] },
    { name: 'a claim without a class gets a default', given: [claim({})], want: ['standard'] },
    {
      name: 'null counts as not named',
      given: [claim({ storageClassName: null })],
      want: ['standard'],
    },
    {
      name: 'a default of the platform is enough',
      given: [set({}), storageClass('fast', true)],
      want: [],
    },
    {
      name: 'a class that is not default is not',
      given: [set({}), storageClass('fast', false)],
      want: ['standard'],
    },
    { name: 'a named class is assumed', given: [set({ storageClassName: 'gp3' })], want: ['gp3'] },
    {
      name: 'an empty class waits for a volume',
      given: [claim({ storageClassName: '' })],
      want: [],
    },
    {
      name: 'a claim of a named volume needs none',
      given: [claim({ volumeName: 'pv1' })],
      want: [],
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(missingClasses(given).map(({ metadata }) => metadata.name)).toEqual(want)
  })
})
