import { describe, expect, it } from 'vitest'
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  VolumeAttachment,
} from '../../kube/generated/types.ts'
import {
  attachmentName,
  controllerManaged,
  uniqueVolumeName,
} from '../../kube/volume-attachment.ts'
import { FakeCluster } from '../testing.ts'
import { attachDetach } from './attach-detach.ts'

const volume: PersistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    claimRef: { namespace: 'ns', name: 'data' },
    csi: { driver: 'x', volumeHandle: 'v' },
  },
}

const claim: PersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { namespace: 'ns', name: 'data' },
  spec: { volumeName: 'v' },
}

interface NodeState {
  readonly ready?: boolean
  readonly mounted?: boolean
  readonly taint?: boolean
}

function node(
  name: string,
  { ready = true, mounted = false, taint = false }: NodeState = {},
): Node {
  const taints = taint ? [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] : []
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, annotations: { [controllerManaged]: 'true' } },
    spec: { taints },
    status: {
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }],
      volumesInUse: mounted ? [uniqueVolumeName(volume)] : [],
    },
  }
}

function pod(name: string, nodeName: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'ns', name },
    spec: {
      nodeName,
      containers: [],
      volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }],
    },
  }
}

function attachment(nodeName: string, attached: boolean): VolumeAttachment {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: attachmentName(volume, nodeName) },
    spec: { attacher: 'x', nodeName, source: { persistentVolumeName: 'v' } },
    status: { attached },
  }
}

const toFirst = attachmentName(volume, 'n1')
const toSecond = attachmentName(volume, 'n2')

/** A pod on n1 that has its volume there. */
function cluster(state: NodeState, used: PersistentVolume = volume): FakeCluster {
  const fake = new FakeCluster(attachDetach)
  fake.add<PersistentVolume>(used)
  fake.add<PersistentVolumeClaim>(claim)
  fake.add<Node>(node('n1', state))
  fake.add<Node>(node('n2'))
  fake.add<Pod>(pod('a', 'n1'))
  fake.add<VolumeAttachment>(attachment('n1', true))
  fake.settle()
  fake.takeTrace()
  return fake
}

function after(fake: FakeCluster, ms: number): string[] {
  fake.nowMs += ms
  fake.reconcile(attachDetach, 'v')
  return fake.takeTrace()
}

describe('attach and detach', () => {
  it('attaches for a pod that has a node, and tells it', () => {
    const fake = new FakeCluster(attachDetach)
    fake.add<PersistentVolume>(volume)
    fake.add<PersistentVolumeClaim>(claim)
    fake.add<Node>(node('n1'))
    fake.add<Pod>(pod('a', 'n1'))
    fake.settle()
    expect(fake.takeTrace()).toEqual([`create VolumeAttachment ${toFirst}`])
    const { status = { attached: true } } = attachment('n1', true)
    fake.change<VolumeAttachment>('VolumeAttachment', toFirst, made => ({ ...made, status }))
    fake.settle()
    const text = 'AttachVolume.Attach succeeded for volume "v" '
    expect(fake.takeTrace()).toEqual([`Normal SuccessfulAttachVolume: ${text}`, 'patch Node n1'])
  })

  it('refuses a second node, once', () => {
    const fake = cluster({ mounted: true })
    fake.add<Pod>(pod('b', 'n2'))
    fake.settle()
    const text = 'Multi-Attach error for volume "v" Volume is already used by pod(s) a'
    expect(fake.takeTrace()).toEqual([`Warning FailedAttachVolume: ${text}`])
    expect(after(fake, 1000)).toEqual([])
  })

  it('allows it for volumes that several nodes may hold', () => {
    const spec = { ...volume.spec, accessModes: ['ReadWriteMany'] }
    const fake = cluster({ mounted: true }, { ...volume, spec })
    fake.add<Pod>(pod('b', 'n2'))
    fake.settle()
    expect(fake.takeTrace()).toEqual([`create VolumeAttachment ${toSecond}`])
  })

  it('follows the pod when the first node has unmounted', () => {
    const fake = cluster({ mounted: false })
    fake.add<Pod>(pod('b', 'n2'))
    fake.settle()
    fake.takeTrace()
    fake.remove('Pod', 'ns/a')
    fake.settle()
    expect(fake.takeTrace()).toEqual([`delete VolumeAttachment ${toFirst}`])
    expect(after(fake, 600)).toEqual([`create VolumeAttachment ${toSecond}`])
  })

  const minutes = 60_000
  const holders = [
    { name: 'a healthy node keeps what it has mounted', given: [{ mounted: true }, 7 * minutes] },
    {
      name: 'a silent node keeps it for six minutes',
      given: [{ mounted: true, ready: false }, 6 * minutes],
    },
  ] as const
  it.each(holders)('$name', ({ given: [state, ms] }) => {
    const fake = cluster(state)
    fake.remove('Pod', 'ns/a')
    fake.settle()
    expect(after(fake, ms)).toEqual([])
  })

  const losers = [
    { name: 'and no longer', given: [{ mounted: true, ready: false }, 6 * minutes + 1] },
    { name: 'one out of service at once', given: [{ mounted: true, taint: true }, 0] },
  ] as const
  it.each(losers)('$name', ({ given: [state, ms] }) => {
    const fake = cluster(state)
    fake.remove('Pod', 'ns/a')
    fake.reconcile(attachDetach, 'v')
    fake.nowMs += ms
    fake.reconcile(attachDetach, 'v')
    expect(fake.list('VolumeAttachment')).toEqual([])
  })

  it('leaves drivers alone that need no attaching', () => {
    const fake = new FakeCluster(attachDetach)
    fake.add({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: 'x' },
      spec: { attachRequired: false },
    })
    fake.add<PersistentVolume>(volume)
    fake.add<PersistentVolumeClaim>(claim)
    fake.add<Node>(node('n1'))
    fake.add<Pod>(pod('a', 'n1'))
    fake.settle()
    expect(fake.takeTrace()).toEqual([])
  })
})
