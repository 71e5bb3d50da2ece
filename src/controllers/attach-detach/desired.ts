// Which volumes pods want on which nodes. Upstream:
// pkg/controller/volume/attachdetach/cache/desired_state_of_world.go, v1.36.3.

import type {
  CSIDriver,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  VolumeAttachment,
} from '../../kube/generated/types.ts'
import { keyFrom } from '../../kube/object.ts'
import {
  claimKeysOf,
  isAttachable,
  isAttachedByController,
  isPodTerminated,
} from '../../kube/volume-attachment.ts'
import type { Lister } from '../framework.ts'

/** One volume as the cache shows it. */
export interface VolumeView {
  readonly volume: PersistentVolume | undefined
  /** Pods that want it, by node; in order of the nodes' names. */
  readonly wanted: ReadonlyMap<string, readonly Pod[]>
  /** By node. */
  readonly attachments: ReadonlyMap<string, VolumeAttachment>
}

export function viewVolume(lister: Lister, name: string): VolumeView {
  const volume = lister.get<PersistentVolume>('PersistentVolume', name)
  const attachments = new Map<string, VolumeAttachment>()
  for (const attachment of lister.list<VolumeAttachment>('VolumeAttachment')) {
    if (attachment.spec.source.persistentVolumeName !== name) continue
    attachments.set(attachment.spec.nodeName, attachment)
  }
  const wanted = new Map<string, readonly Pod[]>()
  for (const pod of volume === undefined ? [] : podsOf(lister, volume)) {
    const nodeName = pod.spec?.nodeName ?? ''
    if (nodeName === '' || isPodTerminated(pod)) continue
    const node = lister.get<Node>('Node', nodeName)
    const isManaged = node !== undefined && isAttachedByController(node)
    if (!isManaged && !attachments.has(nodeName)) continue
    wanted.set(nodeName, [...(wanted.get(nodeName) ?? []), pod])
  }
  const sorted = [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))
  return { volume, wanted: new Map(sorted), attachments }
}

function podsOf(lister: Lister, volume: PersistentVolume): readonly Pod[] {
  const driver = (name: string) => lister.get<CSIDriver>('CSIDriver', name)
  const { namespace, name = '' } = volume.spec?.claimRef ?? {}
  if (name === '' || !isAttachable(volume, driver)) return []
  const key = keyFrom(namespace, name)
  const claim = lister.get<PersistentVolumeClaim>('PersistentVolumeClaim', key)
  if (claim?.spec?.volumeName !== volume.metadata.name) return []
  return lister.list<Pod>('Pod', namespace).filter(pod => claimKeysOf(pod).includes(key))
}
