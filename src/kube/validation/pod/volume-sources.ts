// Sources of volumes that pods and PersistentVolumes both have, and what they cannot do without.
// Upstream: pkg/apis/core/validation/validation.go, v1.36.3.

import { sortedStrings } from '../../../base/compare.ts'
import { rangeMessage } from '../../formats.ts'
import type { Volume } from '../../generated/types.ts'
import {
  checkDescendingPath,
  checkKnown,
  checkLabelDns,
  checkNoBacksteps,
  type Errors,
  subdomainName,
} from '../checks.ts'
import { invalid, notSupported, required, tooLong } from '../field-error.ts'

/** What a volume is made of; a PersistentVolume has the same fields. */
export type Sources = Omit<Volume, 'name'>

export type SourceCheck = (errors: Errors, path: string, volume: Sources) => void

/** Fields that may not be empty, in the order of their complaints. */
function needs(key: keyof Sources, fields: readonly string[], then?: SourceCheck): SourceCheck {
  return (errors, path, volume) => {
    const source = volume[key] as unknown as Readonly<Record<string, unknown>>
    for (const field of fields) {
      const value = source[field] as { readonly length: number } | undefined
      if ((value?.length ?? 0) === 0) errors.push(required(`${path}.${field}`, ''))
    }
    then?.(errors, path, volume)
  }
}

interface SecretReference {
  readonly name?: string
}

function checkSecretRef(errors: Errors, path: string, ref: SecretReference | undefined): void {
  if (ref !== undefined && (ref.name ?? '') === '') errors.push(required(`${path}.name`, ''))
}

function checkPartition(errors: Errors, path: string, partition = 0): void {
  if (partition >= 0 && partition <= 255) return
  errors.push(invalid(`${path}.partition`, partition, rangeMessage(1, 255)))
}

/** Names of drivers are no longer than a label. */
export function checkDriverName(errors: Errors, path: string, driver: string): void {
  if (driver === '') {
    errors.push(required(path, ''))
    return
  }
  if (driver.length > 63) errors.push(tooLong(path, 63))
  for (const message of subdomainName(driver.toLowerCase())) {
    errors.push(invalid(path, driver, message))
  }
}

const initiators: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.[A-Za-z0-9.-]+:[^,;*&$|\s]+$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
}

function checkInitiator(errors: Errors, path: string, name: string): void {
  const pattern = initiators[name.slice(0, 3)]
  if (pattern === undefined) {
    errors.push(invalid(path, name, 'must be valid format starting with iqn, eui, or naa'))
  } else if (!pattern.test(name)) errors.push(invalid(path, name, 'must be valid format'))
}

function checkIscsi(errors: Errors, path: string, { iscsi }: Sources): void {
  if (iscsi === undefined) return
  const { targetPortal = '', iqn = '', lun = 0, initiatorName } = iscsi
  if (targetPortal === '') errors.push(required(`${path}.targetPortal`, ''))
  if (iqn === '') errors.push(required(`${path}.iqn`, ''))
  else checkInitiator(errors, `${path}.iqn`, iqn)
  if (lun < 0 || lun > 255) errors.push(invalid(`${path}.lun`, lun, rangeMessage(0, 255)))
  const hasSecrets = iscsi.chapAuthDiscovery === true || iscsi.chapAuthSession === true
  if (hasSecrets && iscsi.secretRef === undefined) errors.push(required(`${path}.secretRef`, ''))
  if (initiatorName !== undefined) checkInitiator(errors, `${path}.initiatorname`, initiatorName)
}

function checkFlocker(errors: Errors, path: string, { flocker }: Sources): void {
  const { datasetName = '', datasetUUID = '' } = flocker ?? {}
  if (datasetName === '' && datasetUUID === '') {
    errors.push(required(path, 'one of datasetName and datasetUUID is required'))
  }
  if (datasetName !== '' && datasetUUID !== '') {
    const detail = 'datasetName and datasetUUID can not be specified simultaneously'
    errors.push(invalid(path, 'resource', detail))
  }
  if (!datasetName.includes('/')) return
  errors.push(invalid(`${path}.datasetName`, datasetName, "must not contain '/'"))
}

const hostPorts = 'must be a host:port pair or multiple pairs separated by commas'

function checkQuobyte(errors: Errors, path: string, { quobyte }: Sources): void {
  const { registry = '', tenant = '', volume = '' } = quobyte ?? {}
  if (registry === '') errors.push(required(`${path}.registry`, hostPorts))
  else if (tenant.length >= 65) {
    const detail = 'must be a UUID and may not exceed a length of 64 characters'
    errors.push(required(`${path}.tenant`, detail))
  } else {
    for (const pair of registry.split(',')) {
      if (/^(?:[^:[\]]*|\[[^[\]]*\]):[^:[\]]*$/.test(pair)) continue
      errors.push(invalid(`${path}.registry`, registry, hostPorts))
    }
  }
  if (volume === '') errors.push(required(`${path}.volume`, ''))
}

function checkFibre(errors: Errors, path: string, { fc }: Sources): void {
  const { targetWWNs = [], wwids = [], lun } = fc ?? {}
  const at = `${path}.targetWWNs`
  if (targetWWNs.length + wwids.length === 0) {
    errors.push(required(at, 'must specify either targetWWNs or wwids, but not both'))
  }
  if (targetWWNs.length === 0) return
  if (wwids.length > 0) {
    const detail = 'targetWWNs and wwids can not be specified simultaneously'
    errors.push(invalid(at, targetWWNs, detail))
  }
  if (lun === undefined) {
    errors.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'))
  } else if (lun < 0 || lun > 255) {
    errors.push(invalid(`${path}.lun`, lun, rangeMessage(0, 255)))
  }
}

function checkFlexOptions(errors: Errors, path: string, { flexVolume }: Sources): void {
  for (const key of sortedStrings(Object.keys(flexVolume?.options ?? {}))) {
    const namespace = `.${key.replace(/\/.*/s, '').toLowerCase()}`
    if (!namespace.endsWith('.kubernetes.io') && !namespace.endsWith('.k8s.io')) continue
    const detail = 'kubernetes.io and k8s.io namespaces are reserved'
    errors.push(invalid(`${path}.options[${key}]`, key, detail))
  }
}

const cachingModes = ['None', 'ReadOnly', 'ReadWrite']
const diskKinds = ['Dedicated', 'Managed', 'Shared']
const managedDisks =
  '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const blobs = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'

function checkAzureDisk(errors: Errors, path: string, { azureDisk }: Sources): void {
  const { cachingMode, kind, diskURI = '' } = azureDisk ?? {}
  checkKnown(errors, `${path}.cachingMode`, cachingMode, cachingModes)
  if (kind === undefined) return
  checkKnown(errors, `${path}.kind`, kind, diskKinds)
  const [start, form] = kind === 'Managed' ? ['/subscriptions/', managedDisks] : ['https://', blobs]
  if (!diskURI.startsWith(start)) errors.push(notSupported(`${path}.diskURI`, diskURI, [form]))
}

function checkStorageos(errors: Errors, path: string, { storageos }: Sources): void {
  const { volumeName = '', volumeNamespace = '', secretRef } = storageos ?? {}
  if (volumeName !== '') checkLabelDns(errors, `${path}.volumeName`, volumeName)
  if (volumeNamespace !== '') checkLabelDns(errors, `${path}.volumeNamespace`, volumeNamespace)
  checkSecretRef(errors, `${path}.secretRef`, secretRef)
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]

export function checkHostPath(errors: Errors, path: string, { hostPath }: Sources): void {
  const { path: target = '', type = '' } = hostPath ?? {}
  if (target === '') {
    errors.push(required(`${path}.path`, ''))
    return
  }
  checkNoBacksteps(errors, `${path}.path`, target)
  checkKnown(errors, `${path}.type`, type, hostPathTypes)
}

export function checkNfs(errors: Errors, path: string, { nfs }: Sources): void {
  const { server = '', path: target = '' } = nfs ?? {}
  if (server === '') errors.push(required(`${path}.server`, ''))
  if (target === '') errors.push(required(`${path}.path`, ''))
  else if (!target.startsWith('/')) {
    errors.push(invalid(`${path}.path`, target, 'must be an absolute path'))
  }
}

/** The checks by field of the volume; sources that are not here are looked at elsewhere. */
export const sourceChecks = {
  gitRepo: needs('gitRepo', ['repository'], (errors, path, { gitRepo }) => {
    checkDescendingPath(errors, `${path}.directory`, gitRepo?.directory ?? '')
  }),
  gcePersistentDisk: needs('gcePersistentDisk', ['pdName'], (errors, path, volume) => {
    checkPartition(errors, path, volume.gcePersistentDisk?.partition)
  }),
  awsElasticBlockStore: needs('awsElasticBlockStore', ['volumeID'], (errors, path, volume) => {
    checkPartition(errors, path, volume.awsElasticBlockStore?.partition)
  }),
  iscsi: checkIscsi,
  glusterfs: needs('glusterfs', ['endpoints', 'path']),
  flocker: checkFlocker,
  rbd: needs('rbd', ['monitors', 'image']),
  cinder: needs('cinder', ['volumeID'], (errors, path, { cinder }) => {
    checkSecretRef(errors, `${path}.secretRef`, cinder?.secretRef)
  }),
  cephfs: needs('cephfs', ['monitors']),
  quobyte: checkQuobyte,
  fc: checkFibre,
  flexVolume: needs('flexVolume', ['driver'], checkFlexOptions),
  azureFile: needs('azureFile', ['secretName', 'shareName']),
  vsphereVolume: needs('vsphereVolume', ['volumePath']),
  photonPersistentDisk: needs('photonPersistentDisk', ['pdID']),
  portworxVolume: needs('portworxVolume', ['volumeID']),
  azureDisk: needs('azureDisk', ['diskName', 'diskURI'], checkAzureDisk),
  storageos: needs('storageos', ['volumeName'], checkStorageos),
  scaleIO: needs('scaleIO', ['gateway', 'system', 'volumeName']),
} as const satisfies Partial<Record<keyof Sources, SourceCheck>>

/** Two sources have another name where they are one too many. */
const secondNames: Readonly<Record<string, string>> = {
  cephfs: 'cephFS',
  downwardAPI: 'downwarAPI',
}

export function secondName(key: string): string {
  return secondNames[key] ?? key
}
