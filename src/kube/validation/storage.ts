// Claims, volumes and storage classes. Upstream: pkg/apis/core/validation/validation.go and
// pkg/apis/storage/validation/validation.go, v1.36.3.

import { dns1123LabelErrors, dns1123SubdomainErrors, labelKeyErrors } from '../formats.ts'
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  StorageClass,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { quantityOf } from '../quantity.ts'
import { compareQuantities, sign } from '../quantity-math.ts'
import { checkLabelSelector, type Errors, immutableText, refuse, subdomainName } from './checks.ts'
import { forbidden, invalid, notSupported, required } from './field-error.ts'
import { checkMeta } from './meta.ts'
import { checkNodeSelector } from './pod/scheduling.ts'
import { unifiedDiff } from './unified-diff.ts'

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const volumeModes = ['Block', 'Filesystem']

function checkAccessModes(errors: Errors, path: string, modes: readonly string[]): void {
  for (const mode of modes) {
    if (!accessModes.includes(mode)) errors.push(notSupported(path, mode, accessModes))
  }
  if (modes.length > 1 && modes.includes('ReadWriteOncePod')) {
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'))
  }
}

/** The spec of a claim, or of the template of one. */
export function checkClaimSpec(
  errors: Errors,
  path: string,
  spec: PersistentVolumeClaimSpec,
): void {
  const { accessModes: modes = [] } = spec
  if (modes.length === 0) {
    errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'))
  }
  checkLabelSelector(errors, `${path}.selector`, spec.selector)
  checkAccessModes(errors, `${path}.accessModes`, modes)
  const storage = spec.resources?.requests?.['storage']
  if (storage === undefined) {
    errors.push(required(`${path}.resources[storage]`, ''))
  } else if (sign(quantityOf(storage)) <= 0) {
    errors.push(invalid(`${path}.resources[storage]`, String(storage), 'must be greater than zero'))
  }
  const { storageClassName = '', volumeMode } = spec
  if (storageClassName !== '') {
    const messages = dns1123SubdomainErrors(storageClassName)
    refuse(errors, `${path}.storageClassName`, storageClassName, messages)
  }
  if (volumeMode !== undefined && !volumeModes.includes(volumeMode)) {
    errors.push(notSupported(`${path}.volumeMode`, volumeMode, volumeModes))
  }
  checkDataSources(errors, path, spec)
  const { volumeAttributesClassName = '' } = spec
  if (volumeAttributesClassName !== '') {
    const messages = dns1123SubdomainErrors(volumeAttributesClassName)
    const at = `${path}.volumeAttributesClassName`
    refuse(errors, at, volumeAttributesClassName, messages)
  }
}

type DataSource = NonNullable<PersistentVolumeClaimSpec['dataSourceRef']>

function checkDataSources(errors: Errors, path: string, spec: PersistentVolumeClaimSpec): void {
  const { dataSource, dataSourceRef } = spec
  if (dataSource !== undefined) checkDataSource(errors, `${path}.dataSource`, dataSource)
  if (dataSourceRef === undefined) return
  checkDataSource(errors, `${path}.dataSourceRef`, dataSourceRef)
  const { namespace = '' } = dataSourceRef
  if (namespace !== '') {
    refuse(errors, `${path}.dataSourceRef.namespace`, namespace, dns1123LabelErrors(namespace))
  }
  if (dataSource === undefined) return
  if (namespace !== '') {
    const detail = 'may not be specified when dataSourceRef.namespace is specified'
    errors.push(invalid(path, `${path}.dataSource`, detail))
  } else if (
    dataSource.kind !== dataSourceRef.kind ||
    dataSource.name !== dataSourceRef.name ||
    (dataSource.apiGroup ?? '') !== (dataSourceRef.apiGroup ?? '')
  ) {
    errors.push(invalid(path, `${path}.dataSource`, 'must match dataSourceRef'))
  }
}

function checkDataSource(
  errors: Errors,
  path: string,
  { name = '', kind = '', apiGroup = '' }: Omit<DataSource, 'namespace'>,
): void {
  if (name === '') errors.push(required(`${path}.name`, ''))
  if (kind === '') errors.push(required(`${path}.kind`, ''))
  if (apiGroup !== '') {
    refuse(errors, `${path}.apiGroup`, apiGroup, dns1123SubdomainErrors(apiGroup))
  } else if (kind !== 'PersistentVolumeClaim') {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
    errors.push(invalid(path, kind, detail))
  }
}

export function checkClaim(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  const { spec } = object as PersistentVolumeClaim
  checkClaimSpec(errors, 'spec', spec ?? {})
}

/** Only the request for storage may grow, once the claim is bound. */
export function checkClaimUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  checkClaim(errors, object)
  const spec = (object as PersistentVolumeClaim).spec ?? {}
  const claim = old as PersistentVolumeClaim
  const before = claim.spec ?? {}
  const expandable = claim.status?.phase === 'Bound'
  const storage = spec.resources?.requests?.['storage']
  const oldStorage = before.resources?.requests?.['storage']
  const kept = expandable ? withStorage(spec, oldStorage) : spec
  const named = (before.volumeName ?? '') === '' ? withVolumeName(kept, undefined) : kept
  const bound = hasNoClass(claim) ? withoutClass(named) : named
  const compared = (before.volumeName ?? '') === '' ? withVolumeName(before, undefined) : before
  if (JSON.stringify(sorted(bound)) !== JSON.stringify(sorted(compared))) {
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n'
    errors.push(forbidden('spec', `${detail}${claimDiff(compared, bound)}`))
  }
  const size = quantityOf(storage ?? '0')
  if (compareQuantities(size, quantityOf(oldStorage ?? '0')) >= 0) return
  const actual = claim.status?.capacity?.['storage']
  if (compareQuantities(size, quantityOf(actual ?? '0')) > 0) return
  const detail = 'field can not be less than status.capacity'
  errors.push(forbidden('spec.resources.requests.storage', detail))
}

const betaClassAnnotation = 'volume.beta.kubernetes.io/storage-class'

/** A claim that never named a class may get the default one afterwards. */
function hasNoClass({ spec, metadata }: PersistentVolumeClaim): boolean {
  const isAnnotated = metadata.annotations?.[betaClassAnnotation] !== undefined
  return spec?.storageClassName === undefined && !isAnnotated
}

function withoutClass(spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const { storageClassName: _class, ...rest } = spec
  return rest
}

function withStorage(
  spec: PersistentVolumeClaimSpec,
  storage: string | number | undefined,
): PersistentVolumeClaimSpec {
  if (storage === undefined) return spec
  const requests = { ...spec.resources?.requests, storage }
  return { ...spec, resources: { ...spec.resources, requests } }
}

function withVolumeName(
  spec: PersistentVolumeClaimSpec,
  name: string | undefined,
): PersistentVolumeClaimSpec {
  const { volumeName: _name, ...rest } = spec
  return name === undefined ? rest : { ...rest, volumeName: name }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = value as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.keys(fields)
      .sort()
      .map(key => [key, sorted(fields[key])]),
  )
}

function claimDiff(old: PersistentVolumeClaimSpec, next: PersistentVolumeClaimSpec): string {
  return unifiedDiff(goClaim(old), goClaim(next))
}

/** The spec as Go's JSON writes its internal form. */
function goClaim(spec: PersistentVolumeClaimSpec): string {
  const { dataSource, dataSourceRef } = spec
  const shown = {
    AccessModes: spec.accessModes ?? null,
    Selector: spec.selector ?? null,
    Resources: {
      Limits: sorted(spec.resources?.limits ?? null),
      Requests: sorted(spec.resources?.requests ?? null),
    },
    VolumeName: spec.volumeName ?? '',
    StorageClassName: spec.storageClassName ?? null,
    VolumeMode: spec.volumeMode ?? null,
    DataSource: dataSource === undefined ? null : goReference(dataSource),
    DataSourceRef:
      dataSourceRef === undefined
        ? null
        : { ...goReference(dataSourceRef), Namespace: dataSourceRef.namespace ?? null },
    VolumeAttributesClassName: spec.volumeAttributesClassName ?? null,
  }
  return JSON.stringify(shown, undefined, 1)
}

interface Reference {
  readonly apiGroup?: string
  readonly kind: string
  readonly name: string
}

function goReference({ apiGroup, kind, name }: Reference): object {
  return { APIGroup: apiGroup ?? null, Kind: kind, Name: name }
}

const reclaimPolicies = ['Delete', 'Recycle', 'Retain']
const volumeSources = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flocker',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const

export function checkVolume(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, subdomainName)
  const spec = (object as PersistentVolume).spec ?? {}
  const { accessModes: modes = [] } = spec
  if (modes.length === 0) errors.push(required('spec.accessModes', ''))
  checkAccessModes(errors, 'spec.accessModes', modes)
  const capacity = spec.capacity
  const names = Object.keys(capacity ?? {})
  if (names.length === 0) errors.push(required('spec.capacity', ''))
  if (names.length !== 1 || names[0] !== 'storage') {
    const shown = capacity === undefined ? undefined : sorted(capacity)
    errors.push(notSupported('spec.capacity', shown, ['storage']))
  }
  for (const name of names) {
    if (sign(quantityOf(capacity?.[name])) > 0) continue
    const value = String(capacity?.[name])
    errors.push(invalid(`spec.capacity[${name}]`, value, 'must be greater than zero'))
  }
  const policy = spec.persistentVolumeReclaimPolicy ?? ''
  if (policy !== '' && !reclaimPolicies.includes(policy)) {
    errors.push(notSupported('spec.persistentVolumeReclaimPolicy', policy, reclaimPolicies))
  }
  checkVolumeSource(errors, spec)
  const mode = spec.volumeMode
  if (mode !== undefined && !volumeModes.includes(mode)) {
    errors.push(notSupported('spec.volumeMode', mode, volumeModes))
  }
}

function checkVolumeSource(errors: Errors, spec: NonNullable<PersistentVolume['spec']>): void {
  const affinity = spec.nodeAffinity
  if (affinity !== undefined) {
    if (affinity.required === undefined) {
      errors.push(required('spec.nodeAffinity.required', 'must specify required node constraints'))
    } else {
      checkNodeSelector(errors, 'spec.nodeAffinity.required', affinity.required)
    }
  }
  let found = false
  for (const key of volumeSources) {
    if (spec[key] === undefined) continue
    if (found) errors.push(forbidden(`spec.${key}`, 'may not specify more than 1 volume type'))
    else if (key === 'local') checkLocal(errors, spec)
    else if (key === 'hostPath' && (spec.hostPath?.path ?? '') === '') {
      errors.push(required('spec.hostPath.path', ''))
    }
    found = true
  }
  if (!found) errors.push(required('spec', 'must specify a volume type'))
}

function checkLocal(errors: Errors, spec: NonNullable<PersistentVolume['spec']>): void {
  if ((spec.local?.path ?? '') === '') errors.push(required('spec.local.path', ''))
  if (spec.nodeAffinity === undefined) {
    errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'))
  }
}

const bindingModes = ['Immediate', 'WaitForFirstConsumer']

export function checkStorageClass(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, subdomainName)
  const {
    provisioner = '',
    reclaimPolicy = '',
    volumeBindingMode,
    parameters = {},
  } = object as StorageClass
  if (provisioner === '') errors.push(required('provisioner', ''))
  else refuse(errors, 'provisioner', provisioner, labelKeyErrors(provisioner.toLowerCase()))
  if ('' in parameters) {
    errors.push(invalid('parameters', '', 'field can not be empty.'))
  }
  if (reclaimPolicy !== '' && !['Delete', 'Retain'].includes(reclaimPolicy)) {
    errors.push(notSupported('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain']))
  }
  if (volumeBindingMode === undefined) errors.push(required('volumeBindingMode', ''))
  else if (!bindingModes.includes(volumeBindingMode)) {
    errors.push(notSupported('volumeBindingMode', volumeBindingMode, bindingModes))
  }
}

/** What a class says about its volumes is final. */
export function checkStorageClassUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  for (const key of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) {
    if (JSON.stringify(sorted(object[key])) === JSON.stringify(sorted(old[key]))) continue
    if (key === 'parameters') {
      errors.push(forbidden(key, 'updates to parameters are forbidden.'))
    } else if (key === 'provisioner') {
      errors.push(forbidden(key, 'updates to provisioner are forbidden.'))
    } else if (key === 'reclaimPolicy') {
      errors.push(forbidden(key, 'updates to reclaimPolicy are forbidden.'))
    } else {
      errors.push(invalid(key, object[key], immutableText))
    }
  }
}
