// Which volumes a change concerns. Upstream:
// pkg/controller/volume/attachdetach/attach_detach_controller.go, v1.36.3.

import type {
  Node,
  PersistentVolumeClaim,
  Pod,
  VolumeAttachment,
} from '../../kube/generated/types.ts'
import { claimKeysOf, isPodTerminated } from '../../kube/volume-attachment.ts'
import { sameValue } from '../equality.ts'
import type { ObjectChange, Watch, WatchContext } from '../framework.ts'
import { hasOutOfServiceTaint, isHealthy } from './nodes.ts'

export const watches: readonly Watch[] = [
  { kind: 'Pod', keys: onPod },
  { kind: 'Node', keys: onNode },
  {
    kind: 'PersistentVolumeClaim',
    keys: ({ before, after }) => volumesOf(before).concat(volumesOf(after)),
  },
  {
    kind: 'VolumeAttachment',
    keys: ({ before, after }) => sourceOf((after ?? before) as VolumeAttachment | undefined),
  },
]

function onPod({ before, after }: ObjectChange, { lister }: WatchContext): readonly string[] {
  const pod: Pod | undefined = after ?? before
  if (pod?.spec?.volumes === undefined || (pod.spec.nodeName ?? '') === '') return []
  if (sameValue(standing(before), standing(after))) return []
  return claimKeysOf(pod).flatMap(key => volumesOf(lister.get('PersistentVolumeClaim', key)))
}

function standing(pod: Pod | undefined): unknown {
  return pod && { node: pod.spec?.nodeName, over: isPodTerminated(pod) }
}

function onNode(change: ObjectChange, { lister }: WatchContext): readonly string[] {
  if (sameValue(relevant(change.before), relevant(change.after))) return []
  return lister
    .list<VolumeAttachment>('VolumeAttachment')
    .filter(({ spec }) => spec.nodeName === change.key)
    .flatMap(sourceOf)
}

function relevant(node: Node | undefined): unknown {
  return (
    node && {
      inUse: node.status?.volumesInUse,
      healthy: isHealthy(node),
      outOfService: hasOutOfServiceTaint(node),
    }
  )
}

function volumesOf(claim: PersistentVolumeClaim | undefined): readonly string[] {
  const name = claim?.spec?.volumeName ?? ''
  return name === '' ? [] : [name]
}

function sourceOf(attachment: VolumeAttachment | undefined): readonly string[] {
  const name = attachment?.spec.source.persistentVolumeName
  return name === undefined ? [] : [name]
}
