import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import type { NodeInfo, Pod } from '../framework.ts'
import { attempt, node, object, pod } from '../plugin-testing.ts'
import { volumeBinding } from './volume-binding.ts'

const { reasons } = volumeBinding
const zone = 'topology.kubernetes.io/zone'
const inNamespace = { namespace: 'default' }

function using(...claims: string[]): Pod {
  return pod('a', {
    volumes: claims.map(claimName => ({ name: claimName, persistentVolumeClaim: { claimName } })),
  })
}

function storageClass(name: string, fields: Record<string, unknown> = {}): KubeObject {
  const volumeBindingMode = 'WaitForFirstConsumer'
  return object('StorageClass', name, { provisioner: 'csi.x', volumeBindingMode, ...fields })
}

function claim(name: string, spec: Record<string, unknown>, metadata = {}): KubeObject {
  const fields = { metadata: { ...inNamespace, uid: `uid-${name}`, ...metadata }, spec }
  return object('PersistentVolumeClaim', name, fields)
}

/** A claim for `size` of class `wait`. */
function waiting(name: string, size = '5Gi', className = 'wait'): KubeObject {
  const resources = { requests: { storage: size } }
  return claim(name, { storageClassName: className, resources, accessModes: ['ReadWriteOnce'] })
}

function bound(name: string, volumeName: string): KubeObject {
  const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' }
  return claim(name, { volumeName }, { annotations })
}

function volume(name: string, size: string, host?: string): KubeObject {
  const key = 'kubernetes.io/hostname'
  const term = { matchExpressions: [{ key, operator: 'In', values: [host] }] }
  const required = { nodeSelectorTerms: [term] }
  return object('PersistentVolume', name, {
    spec: {
      capacity: { storage: size },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'local',
      ...(host !== undefined && { nodeAffinity: { required } }),
    },
    status: { phase: 'Available' },
  })
}

const local = storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' })
const wait = storageClass('wait')

/** Statuses on n1 (zone a) and n2 (zone b), and the writes for a pod bound to n1. */
function decided(user: Pod, objects: readonly KubeObject[]) {
  const nodes = [node('n1', { [zone]: 'a' }), node('n2', { [zone]: 'b' })]
  const { cycle, nodes: infos } = attempt({ nodes, objects })
  const { status } = volumeBinding.preFilter(cycle, user)
  if (status.code !== 'Success') return { preFilter: status }
  const statuses = infos.map((info: NodeInfo) => volumeBinding.filter(cycle, user, info).reasons)
  const { writes } = volumeBinding.preBind(cycle, user, 'n1')
  return {
    statuses,
    writes: writes.map(({ object: { kind, metadata } }) => `${kind} ${metadata.name}`),
  }
}

describe('claims that keep the pod from every node', () => {
  const cases = [
    { name: 'missing', given: [], want: 'persistentvolumeclaim "c" not found' },
    {
      name: 'lost',
      given: [{ ...claim('c', { volumeName: 'gone' }), status: { phase: 'Lost' } }],
      want: 'persistentvolumeclaim "c" bound to non-existent persistentvolume "gone"',
    },
    {
      name: 'being deleted',
      given: [claim('c', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
      want: 'persistentvolumeclaim "c" is being deleted',
    },
    {
      name: 'to be bound without a node',
      given: [waiting('c', '1Gi', 'now'), storageClass('now', { volumeBindingMode: 'Immediate' })],
      want: 'pod has unbound immediate PersistentVolumeClaims',
    },
    {
      name: 'of a class that does not exist',
      given: [waiting('c')],
      want: 'pod has unbound immediate PersistentVolumeClaims',
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(decided(using('c'), given)).toMatchObject({
      preFilter: { code: 'UnschedulableAndUnresolvable', reasons: [want] },
    })
  })

  it('not made yet by the ephemeral volume controller, or made for another pod', () => {
    const user = pod('a', { volumes: [{ name: 'v', ephemeral: {} }] })
    const text = 'waiting for ephemeral volume controller to create the persistentvolumeclaim "a-v"'
    expect(decided(user, [])).toMatchObject({ preFilter: { reasons: [text] } })
    const foreign = 'PVC default/a-v was not created for pod default/a (pod is not owner)'
    expect(decided(user, [claim('a-v', {})])).toMatchObject({ preFilter: { reasons: [foreign] } })
  })

  it('a volume that is not set', () => {
    const objects = [waiting('c'), storageClass('wait', { volumeBindingMode: undefined })]
    expect(decided(using('c'), objects)).toMatchObject({
      preFilter: { code: 'Error', reasons: ['VolumeBindingMode not set for StorageClass "wait"'] },
    })
  })

  it('are no concern of pods without any', () => {
    expect(decided(pod('plain'), [])).toMatchObject({ preFilter: { code: 'Skip' } })
  })
})

describe('what each node offers', () => {
  const { bindConflict, nodeConflict, notEnoughSpace, volumeMissing } = reasons
  const tracked = object('CSIDriver', 'csi.x', { spec: { storageCapacity: true } })
  const roomIn = (inZone: string, capacity: string, more = {}): KubeObject =>
    object('CSIStorageCapacity', `cap-${inZone}`, {
      metadata: inNamespace,
      storageClassName: 'wait',
      nodeTopology: { matchLabels: { [zone]: inZone } },
      capacity,
      ...more,
    })
  const taken = { ...volume('pv', '5Gi', 'n1'), status: { phase: 'Bound' } }
  const selected = { annotations: { 'volume.kubernetes.io/selected-node': 'n2' } }
  const topologies = [{ matchLabelExpressions: [{ key: zone, values: ['b', 'c'] }] }]
  const cases = [
    {
      name: 'a bound volume that only n1 reaches',
      user: using('c'),
      given: [bound('c', 'pv'), volume('pv', '5Gi', 'n1')],
      want: { statuses: [[], [nodeConflict]], writes: [] },
    },
    {
      name: 'a bound volume that is gone',
      user: using('c'),
      given: [bound('c', 'pv')],
      want: { statuses: [[volumeMissing], [volumeMissing]] },
    },
    {
      name: 'the smallest local volume that is large enough',
      user: using('c'),
      given: [
        local,
        waiting('c', '5Gi', 'local'),
        volume('big', '9Gi', 'n1'),
        volume('fits', '6Gi', 'n1'),
        volume('small', '4Gi', 'n2'),
      ],
      want: { statuses: [[], [bindConflict]], writes: ['PersistentVolume fits'] },
    },
    {
      name: 'two claims take two volumes, the smaller claim first',
      user: using('large', 'little'),
      given: [
        local,
        waiting('large', '5Gi', 'local'),
        waiting('little', '1Gi', 'local'),
        volume('v6', '6Gi', 'n1'),
        volume('v2', '2Gi', 'n1'),
        volume('w9', '9Gi', 'n2'),
      ],
      want: {
        statuses: [[], [bindConflict]],
        writes: ['PersistentVolume v2', 'PersistentVolume v6'],
      },
    },
    {
      name: 'a provisioner anywhere',
      user: using('c'),
      given: [wait, waiting('c')],
      want: { statuses: [[], []], writes: ['PersistentVolumeClaim c'] },
    },
    {
      name: 'a provisioner in allowed zones only',
      user: using('c'),
      given: [storageClass('wait', { allowedTopologies: topologies }), waiting('c')],
      want: { statuses: [[bindConflict], []] },
    },
    {
      name: 'a claim whose node was selected before',
      user: using('c'),
      given: [wait, claim('c', { storageClassName: 'wait' }, selected)],
      want: { statuses: [[bindConflict], []] },
    },
    {
      name: 'a driver that has room in one zone',
      user: using('c'),
      given: [wait, waiting('c'), tracked, roomIn('a', '4Gi'), roomIn('b', '5Gi')],
      want: { statuses: [[notEnoughSpace], []] },
    },
    {
      name: 'a largest volume below the free capacity',
      user: using('c'),
      given: [wait, waiting('c'), tracked, roomIn('a', '90Gi', { maximumVolumeSize: '1Gi' })],
      want: { statuses: [[notEnoughSpace], [notEnoughSpace]] },
    },
    {
      name: 'both a bound and an unbound claim that do not fit',
      user: using('c', 'd'),
      given: [local, bound('c', 'pv'), taken, waiting('d', '5Gi', 'local')],
      want: { statuses: [[bindConflict], [nodeConflict, bindConflict]] },
    },
  ]
  it.each(cases)('$name', ({ user, given, want }) => {
    expect(decided(user, given)).toMatchObject(want)
  })
})

describe('what makes a rejected pod worth another try', () => {
  const [classes, claims, , , csiNodes, drivers, capacities] = volumeBinding.requeueOn
  const user = using('c')
  const inline = pod('i', { volumes: [{ name: 'v', csi: { driver: 'csi.x' } }] })
  const driver = (storageCapacity: boolean): KubeObject =>
    object('CSIDriver', 'csi.x', { spec: { storageCapacity } })
  const room = (capacity?: string): KubeObject => object('CSIStorageCapacity', 'r', { capacity })
  const migrated = (value: string): KubeObject => {
    const annotations = { 'storage.alpha.kubernetes.io/migrated-plugins': value }
    return object('CSINode', 'n1', { metadata: { annotations } })
  }
  const cases = [
    { name: 'a new class', rule: classes, on: user, event: [undefined, wait], want: 'Queue' },
    {
      name: 'a class that did not change',
      rule: classes,
      on: user,
      event: [wait, wait],
      want: 'Skip',
    },
    {
      name: 'a class with other topologies',
      rule: classes,
      on: user,
      event: [wait, { ...wait, allowedTopologies: [{}] }],
      want: 'Queue',
    },
    { name: 'its claim', rule: claims, on: user, event: [undefined, waiting('c')], want: 'Queue' },
    {
      name: 'another claim',
      rule: claims,
      on: user,
      event: [undefined, waiting('x')],
      want: 'Skip',
    },
    {
      name: 'newly migrated plugins',
      rule: csiNodes,
      on: user,
      event: [migrated(''), migrated('p')],
      want: 'Queue',
    },
    {
      name: 'the same plugins',
      rule: csiNodes,
      on: user,
      event: [migrated('p'), migrated('p')],
      want: 'Skip',
    },
    {
      name: 'a driver that stops tracking',
      rule: drivers,
      on: inline,
      event: [driver(true), driver(false)],
      want: 'Queue',
    },
    {
      name: 'the driver of no inline volume',
      rule: drivers,
      on: user,
      event: [driver(true), driver(false)],
      want: 'Skip',
    },
    {
      name: 'more room',
      rule: capacities,
      on: user,
      event: [room('1Gi'), room('2Gi')],
      want: 'Queue',
    },
    {
      name: 'less room',
      rule: capacities,
      on: user,
      event: [room('2Gi'), room('1Gi')],
      want: 'Skip',
    },
  ]
  it.each(cases)('$name', ({ rule, on, event: [oldObject, newObject], want }) => {
    const hint = rule !== undefined && 'hint' in rule ? rule.hint : undefined
    expect(hint?.(on, { oldObject, newObject })).toBe(want)
  })
})
