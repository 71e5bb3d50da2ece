import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import type { NodeInfo } from '../framework.ts'
import { attempt, node, object, pod } from '../plugin-testing.ts'
import { volumeZone } from './volume-zone.ts'

const zone = 'topology.kubernetes.io/zone'
const betaZone = 'failure-domain.beta.kubernetes.io/zone'

const user = pod('a', {
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
})

function claim(spec: Record<string, unknown>): KubeObject {
  return object('PersistentVolumeClaim', 'data', { metadata: { namespace: 'default' }, spec })
}

function volume(labels: Record<string, string>): KubeObject {
  return object('PersistentVolume', 'pv', { metadata: { labels }, spec: {} })
}

const bound = claim({ volumeName: 'pv' })

describe('the node against the labels of the bound volume', () => {
  const cases = [
    { name: 'same zone', labels: { [zone]: 'a' }, node: { [zone]: 'a' }, want: 'Success' },
    {
      name: 'another zone',
      labels: { [zone]: 'a' },
      node: { [zone]: 'b' },
      want: 'UnschedulableAndUnresolvable',
    },
    {
      name: 'one of two zones',
      labels: { [zone]: 'a__b' },
      node: { [zone]: 'b' },
      want: 'Success',
    },
    {
      name: 'the old label on the volume, the new one on the node',
      labels: { [betaZone]: 'a' },
      node: { [zone]: 'a' },
      want: 'Success',
    },
    {
      name: 'a node that has a region but no zone',
      labels: { [zone]: 'a' },
      node: { 'topology.kubernetes.io/region': 'r' },
      want: 'UnschedulableAndUnresolvable',
    },
    { name: 'a node without topology', labels: { [zone]: 'a' }, node: {}, want: 'Success' },
  ]
  it.each(cases)('$name', ({ labels, node: nodeLabels, want }) => {
    const objects = [bound, volume(labels)]
    const { cycle, nodes } = attempt({ nodes: [node('n1', nodeLabels)], objects })
    // A profile may have PreFilter disabled: then Filter says the same.
    expect(volumeZone.filter(cycle, user, nodes[0] as NodeInfo).code).toBe(want)
    expect(volumeZone.preFilter(cycle, user).status.code).toBe('Success')
    expect(volumeZone.filter(cycle, user, nodes[0] as NodeInfo).code).toBe(want)
  })
})

describe('claims that cannot be judged', () => {
  const wait = object('StorageClass', 'wait', { volumeBindingMode: 'WaitForFirstConsumer' })
  const now = object('StorageClass', 'now', { volumeBindingMode: 'Immediate' })
  const unset = object('StorageClass', 'unset', {})
  const cases = [
    { name: 'missing claim', objects: [], want: 'persistentvolumeclaim "data" not found' },
    { name: 'missing volume', objects: [bound], want: 'persistentvolume "pv" not found' },
    {
      name: 'no volume and no class',
      objects: [claim({})],
      want: 'PersistentVolumeClaim had no pv name and storageClass name',
    },
    {
      name: 'missing class',
      objects: [claim({ storageClassName: 'wait' })],
      want: 'storageclass.storage.k8s.io "wait" not found',
    },
    {
      name: 'class without a mode',
      objects: [claim({ storageClassName: 'unset' }), unset],
      want: 'VolumeBindingMode not set for StorageClass "unset"',
    },
    {
      name: 'class that should have bound it',
      objects: [claim({ storageClassName: 'now' }), now],
      want: 'PersistentVolume had no name',
    },
  ]
  it.each(cases)('$name', ({ objects, want }) => {
    const { status } = volumeZone.preFilter(attempt({ objects }).cycle, user)
    expect(status).toMatchObject({ code: 'UnschedulableAndUnresolvable', reasons: [want] })
  })

  it('a claim that waits for a node is none of its business', () => {
    const objects = [claim({ storageClassName: 'wait' }), wait]
    expect(volumeZone.preFilter(attempt({ objects }).cycle, user).status.code).toBe('Skip')
  })
})

describe('what makes a rejected pod worth another try', () => {
  const [classes, , claims, volumes] = volumeZone.requeueOn
  const hint = (
    rule: (typeof volumeZone.requeueOn)[number] | undefined,
    oldObject: KubeObject | undefined,
    newObject: KubeObject | undefined,
  ): string | undefined =>
    rule !== undefined && 'hint' in rule ? rule.hint(user, { oldObject, newObject }) : undefined

  it.each([
    ['a class that waits for pods', classes, undefined, 'WaitForFirstConsumer', 'Queue'],
    ['a class that does not', classes, undefined, 'Immediate', 'Skip'],
  ])('%s', (_name, rule, before, volumeBindingMode, want) => {
    expect(hint(rule, before, object('StorageClass', 'c', { volumeBindingMode }))).toBe(want)
  })

  it('only the claim that the pod names', () => {
    expect(hint(claims, undefined, bound)).toBe('Queue')
    expect(
      hint(claims, undefined, { ...bound, metadata: { name: 'b', namespace: 'default' } }),
    ).toBe('Skip')
  })

  it('a volume whose topology changed', () => {
    const before = volume({ [zone]: 'a__b' })
    expect(hint(volumes, before, volume({ [zone]: 'b__a', other: 'x' }))).toBe('Skip')
    expect(hint(volumes, before, volume({ [zone]: 'c' }))).toBe('Queue')
  })
})
