// What nodes tell about volumes and whether their word still counts.

import type { Node, PersistentVolume } from '../../kube/generated/types.ts'
import { uniqueVolumeName } from '../../kube/volume-attachment.ts'

/** The kubelet says that it uses the volume; what a Node said last counts when it is gone. */
export function isMounted(node: Node | undefined, volume: PersistentVolume): boolean {
  if (node === undefined) return true
  return node.status?.volumesInUse?.includes(uniqueVolumeName(volume)) === true
}

export function isHealthy(node: Node | undefined): boolean {
  const conditions = node?.status?.conditions ?? []
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

export function hasOutOfServiceTaint(node: Node | undefined): boolean {
  const taints = node?.spec?.taints ?? []
  return taints.some(({ key }) => key === 'node.kubernetes.io/out-of-service')
}
