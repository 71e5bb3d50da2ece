import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import type { NodeInfo, Pod } from '../framework.ts'
import { attempt, node, object, pod } from '../plugin-testing.ts'
import { nodeVolumeLimits } from './node-volume-limits.ts'

const driver = 'csi.example.com'

function using(name: string, claims: readonly string[], nodeName?: string): Pod {
  const volumes = claims.map(claimName => ({
    name: claimName,
    persistentVolumeClaim: { claimName },
  }))
  return pod(name, { volumes, ...(nodeName !== undefined && { nodeName }) })
}

function csiNode(count?: number): KubeObject {
  const allocatable = count === undefined ? {} : { allocatable: { count } }
  return object('CSINode', 'n1', { spec: { drivers: [{ name: driver, ...allocatable }] } })
}

/** A bound claim and its volume, which may be shared with other claims through `handle`. */
function bound(name: string, handle = name): KubeObject[] {
  const metadata = { namespace: 'default' }
  return [
    object('PersistentVolumeClaim', name, { metadata, spec: { volumeName: `pv-${name}` } }),
    object('PersistentVolume', `pv-${name}`, { spec: { csi: { driver, volumeHandle: handle } } }),
  ]
}

function unbound(name: string, storageClassName: string): KubeObject {
  const metadata = { namespace: 'default' }
  return object('PersistentVolumeClaim', name, { metadata, spec: { storageClassName } })
}

const attached = object('VolumeAttachment', 'va', {
  spec: { attacher: driver, nodeName: 'n1', source: { persistentVolumeName: 'pv-c' } },
})
const storageClass = object('StorageClass', 'fast', { provisioner: driver })

describe('volumes of a driver on a node', () => {
  const full = ['node(s) exceed max volume count']
  const cases = [
    {
      name: 'one more than the limit',
      given: [csiNode(1), ...bound('a'), ...bound('b')],
      want: full,
    },
    { name: 'as many as the limit', given: [csiNode(2), ...bound('a'), ...bound('b')], want: [] },
    {
      name: 'a driver without a limit',
      given: [csiNode(), ...bound('a'), ...bound('b')],
      want: [],
    },
    { name: 'a node without a CSINode', given: [...bound('a'), ...bound('b')], want: [] },
    {
      name: 'the volume that is there already counts once',
      given: [csiNode(1), ...bound('a', 'same'), ...bound('b', 'same')],
      want: [],
    },
    {
      name: 'an attached volume counts even if no pod uses it',
      given: [csiNode(2), ...bound('a'), ...bound('b'), ...bound('c'), attached],
      want: full,
    },
    {
      name: 'a claim without a volume counts for the driver of its class',
      given: [csiNode(1), ...bound('a'), unbound('b', 'fast'), storageClass],
      want: full,
    },
    {
      name: 'a claim whose class is gone does not count',
      given: [csiNode(1), ...bound('a'), unbound('b', 'gone')],
      want: [],
    },
    {
      name: 'a missing claim',
      given: [csiNode(1), ...bound('a')],
      want: ['looking up PVC default/b: persistentvolumeclaim "b" not found'],
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    const pods = [using('old', ['a'], 'n1')]
    const { cycle, nodes } = attempt({ nodes: [node('n1')], pods, objects: given })
    const got = nodeVolumeLimits.filter(cycle, using('new', ['b']), nodes[0] as NodeInfo)
    expect(got.reasons).toEqual(want)
  })

  it('pods without claims or migrated disks are not counted', () => {
    const { cycle } = attempt({})
    expect(nodeVolumeLimits.preFilter(cycle, pod('plain')).status.code).toBe('Skip')
    const volumes = [{ name: 'v', awsElasticBlockStore: { volumeID: 'vol-1' } }]
    expect(nodeVolumeLimits.preFilter(cycle, pod('ebs', { volumes })).status.code).toBe('Success')
  })
})

describe('what makes a rejected pod worth another try', () => {
  const [, csi, pods, claims, attachments] = nodeVolumeLimits.requeueOn
  const waiting = using('new', ['b'])
  const [claimB] = bound('b')
  const cases = [
    { name: 'a higher limit', rule: csi, event: [csiNode(1), csiNode(2)], want: 'Queue' },
    { name: 'a lower limit', rule: csi, event: [csiNode(2), csiNode(1)], want: 'Skip' },
    {
      name: 'a pod with volumes left a node',
      rule: pods,
      event: [using('x', ['a'], 'n1')],
      want: 'Queue',
    },
    {
      name: 'a pod with volumes that had no node',
      rule: pods,
      event: [using('x', ['a'])],
      want: 'Skip',
    },
    { name: 'a pod without volumes left', rule: pods, event: [using('x', [], 'n1')], want: 'Skip' },
    { name: 'its claim was created', rule: claims, event: [undefined, claimB], want: 'Queue' },
    {
      name: 'another claim was created',
      rule: claims,
      event: [undefined, bound('a')[0]],
      want: 'Skip',
    },
    { name: 'a volume was detached', rule: attachments, event: [attached], want: 'Queue' },
  ]
  it.each(cases)('$name', ({ rule, event: [oldObject, newObject], want }) => {
    const hint = rule !== undefined && 'hint' in rule ? rule.hint : undefined
    expect(hint?.(waiting, { oldObject, newObject })).toBe(want)
  })
})
