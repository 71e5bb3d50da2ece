// In-tree volumes that CSI drivers have taken over.
// Upstream: k8s.io/csi-translation-lib translate.go and plugins/*, v0.36.3; which of them are
// counted: pkg/scheduler/framework/plugins/nodevolumelimits/utils.go, v1.36.3.

import type { PersistentVolume, Volume } from '../../../kube/generated/types.ts'

/** In-tree plugin name to the CSI driver that serves it. */
const drivers: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
}

/** Migrated provisioners whose volumes the limits do not count. */
const uncounted: ReadonlySet<string> = new Set([
  'kubernetes.io/azure-file',
  'kubernetes.io/vsphere-volume',
])

/** The driver of an in-tree provisioner; undefined when it is none or not counted. */
export function driverOfProvisioner(provisioner: string): string | undefined {
  return drivers[provisioner]
}

/** Whether a provisioner is an in-tree one whose claims are not counted. */
export function isUncountedProvisioner(provisioner: string): boolean {
  return uncounted.has(provisioner)
}

/** A volume as its CSI driver knows it. */
export interface CsiVolume {
  readonly driver: string
  readonly handle: string
}

/** What a migrated PersistentVolume is to its driver; undefined when it has none. */
export function migratedVolume(volume: PersistentVolume): CsiVolume | undefined {
  const spec = volume.spec ?? {}
  if (spec.awsElasticBlockStore !== undefined) {
    return csi('kubernetes.io/aws-ebs', awsHandle(spec.awsElasticBlockStore.volumeID ?? ''))
  }
  if (spec.azureDisk !== undefined) {
    return csi('kubernetes.io/azure-disk', spec.azureDisk.diskURI ?? '')
  }
  if (spec.cinder !== undefined) return csi('kubernetes.io/cinder', spec.cinder.volumeID ?? '')
  if (spec.gcePersistentDisk !== undefined) {
    return csi('kubernetes.io/gce-pd', gceHandle(spec.gcePersistentDisk.pdName ?? '', volume))
  }
  if (spec.portworxVolume !== undefined) {
    return csi('kubernetes.io/portworx-volume', spec.portworxVolume.volumeID ?? '')
  }
  return undefined
}

/** What a migrated inline volume is to its driver; undefined when it has none. */
export function migratedInline(volume: Volume): CsiVolume | undefined {
  if (volume.awsElasticBlockStore !== undefined) {
    return csi('kubernetes.io/aws-ebs', awsHandle(volume.awsElasticBlockStore.volumeID))
  }
  if (volume.azureDisk !== undefined) {
    return csi('kubernetes.io/azure-disk', volume.azureDisk.diskURI)
  }
  if (volume.cinder !== undefined) return csi('kubernetes.io/cinder', volume.cinder.volumeID)
  if (volume.gcePersistentDisk !== undefined) {
    return csi('kubernetes.io/gce-pd', gceHandle(volume.gcePersistentDisk.pdName, undefined))
  }
  if (volume.portworxVolume !== undefined) {
    return csi('kubernetes.io/portworx-volume', volume.portworxVolume.volumeID)
  }
  return undefined
}

/** Whether an inline volume belongs to a driver, counted or not. */
export function isInlineMigratable(volume: Volume): boolean {
  return (
    migratedInline(volume) !== undefined ||
    volume.azureFile !== undefined ||
    volume.vsphereVolume !== undefined
  )
}

function csi(plugin: string, handle: string): CsiVolume {
  return { driver: drivers[plugin] ?? plugin, handle }
}

/** `aws://zone/vol-1` and `vol-1` are the same disk. */
function awsHandle(volumeId: string): string {
  return volumeId.startsWith('aws://') ? volumeId.slice(volumeId.lastIndexOf('/') + 1) : volumeId
}

function gceHandle(disk: string, volume: PersistentVolume | undefined): string {
  const zone = volume?.metadata.labels?.['topology.kubernetes.io/zone'] ?? ''
  if (zone === '') return `projects/UNSPECIFIED/zones/UNSPECIFIED/disks/${disk}`
  const [first] = zone.split('__')
  return zone.includes('__')
    ? `projects/UNSPECIFIED/regions/${(first ?? '').replace(/-[^-]*$/, '')}/disks/${disk}`
    : `projects/UNSPECIFIED/zones/${zone}/disks/${disk}`
}
