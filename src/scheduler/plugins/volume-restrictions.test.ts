import { describe, expect, it } from 'vitest'
import type { Volume } from '../../kube/generated/types.ts'
import type { NodeInfo, Pod } from '../framework.ts'
import { attempt, node, object, pod } from '../plugin-testing.ts'
import { volumeRestrictions } from './volume-restrictions.ts'

const { reasons } = volumeRestrictions

function using(name: string, volume: Omit<Volume, 'name'>, nodeName?: string): Pod {
  const volumes = [{ name: 'v', ...volume }]
  return pod(name, { volumes, ...(nodeName !== undefined && { nodeName }) })
}

const gce = (pdName: string, readOnly = false): Omit<Volume, 'name'> => ({
  gcePersistentDisk: { pdName, readOnly },
})
const ebs = (volumeID: string): Omit<Volume, 'name'> => ({ awsElasticBlockStore: { volumeID } })
const iscsi = (iqn: string, readOnly = false): Omit<Volume, 'name'> => ({
  iscsi: { iqn, readOnly, targetPortal: '10.0.0.1', lun: 0 },
})
const rbd = (monitor: string, image: string): Omit<Volume, 'name'> => ({
  rbd: { monitors: ['m0', monitor], image, pool: 'p' },
})

describe('disks on one node', () => {
  const conflict = reasons.diskConflict
  const cases = [
    { name: 'one GCE disk, written by either', a: gce('d'), b: gce('d', true), want: [conflict] },
    { name: 'one GCE disk, read by both', a: gce('d', true), b: gce('d', true), want: [] },
    { name: 'two GCE disks', a: gce('d'), b: gce('e'), want: [] },
    { name: 'one EBS volume', a: ebs('v'), b: ebs('v'), want: [conflict] },
    { name: 'one iSCSI target, written', a: iscsi('q'), b: iscsi('q'), want: [conflict] },
    { name: 'one iSCSI target, read by both', a: iscsi('q', true), b: iscsi('q', true), want: [] },
    {
      name: 'one Ceph image with a common monitor',
      a: rbd('m1', 'i'),
      b: rbd('m2', 'i'),
      want: [conflict],
    },
    { name: 'two Ceph images', a: rbd('m1', 'i'), b: rbd('m1', 'j'), want: [] },
  ]
  it.each(cases)('$name', ({ a, b, want }) => {
    const wanting = using('new', a)
    const { cycle, nodes } = attempt({ nodes: [node('n1')], pods: [using('old', b, 'n1')] })
    volumeRestrictions.preFilter(cycle, wanting)
    expect(volumeRestrictions.filter(cycle, wanting, nodes[0] as NodeInfo).reasons).toEqual(want)
  })
})

describe('a claim that only one pod may use', () => {
  const claim = object('PersistentVolumeClaim', 'one', {
    metadata: { namespace: 'default' },
    spec: { accessModes: ['ReadWriteOncePod'] },
  })
  const wanting = using('new', { persistentVolumeClaim: { claimName: 'one' } })
  const holder = using('old', { persistentVolumeClaim: { claimName: 'one' } }, 'n1')
  const cluster = { nodes: [node('n1'), node('n2')], pods: [holder], objects: [claim] }

  it('rejects every node while it is in use, and preemption may help', () => {
    const { cycle, nodes } = attempt(cluster)
    volumeRestrictions.preFilter(cycle, wanting)
    for (const one of nodes) {
      expect(volumeRestrictions.filter(cycle, wanting, one)).toMatchObject({
        code: 'Unschedulable',
        reasons: [reasons.readWriteOncePodConflict],
      })
    }
  })

  it('is free on a trial without its user, but not in the attempt itself', () => {
    const { cycle, nodes } = attempt(cluster)
    volumeRestrictions.preFilter(cycle, wanting)
    const trial = cycle.clone()
    const [first] = nodes as [NodeInfo]
    const [used] = first.pods
    if (used === undefined) throw new Error('the pod is on n1')
    volumeRestrictions.removePod(trial, wanting, used)
    expect(volumeRestrictions.filter(trial, wanting, first).code).toBe('Success')
    expect(volumeRestrictions.filter(cycle, wanting, first).code).toBe('Unschedulable')
  })

  it('is not looked at when it is unused', () => {
    const { cycle } = attempt({ ...cluster, pods: [] })
    expect(volumeRestrictions.preFilter(cycle, wanting).status.code).toBe('Skip')
  })

  it('must exist', () => {
    const { status } = volumeRestrictions.preFilter(attempt({}).cycle, wanting)
    expect(status.reasons).toEqual(['persistentvolumeclaim "one" not found'])
  })

  it('makes the pod worth another try when its user goes', () => {
    const [deleted] = volumeRestrictions.requeueOn
    const hint = deleted !== undefined && 'hint' in deleted ? deleted.hint : undefined
    expect(hint?.(wanting, { oldObject: holder, newObject: undefined })).toBe('Queue')
    const stranger = using('x', { persistentVolumeClaim: { claimName: 'two' } }, 'n1')
    expect(hint?.(wanting, { oldObject: stranger, newObject: undefined })).toBe('Skip')
  })
})
