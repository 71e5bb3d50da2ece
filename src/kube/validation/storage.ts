// Claims, volumes and storage classes. Upstream: pkg/apis/core/validation/validation.go and
// pkg/apis/storage/validation/validation.go, v1.36.3.

import { sortedStrings } from '../../base/compare.ts'
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
import {
  checkKnown,
  checkLabelName,
  checkLabelSelector,
  type Errors,
  immutableText,
  refuse,
  subdomainName,
} from './checks.ts'
import { duplicate, forbidden, invalid, notSupported, required } from './field-error.ts'
import { checkMeta } from './meta.ts'
import { checkNodeSelector } from './pod/scheduling.ts'
import {
  checkDriverName,
  checkHostPath,
  checkNfs,
  secondName,
  sourceChecks,
  type Sources,
} from './pod/volume-sources.ts'
import { unifiedDiff } from './unified-diff.ts'

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const volumeModes = ['Block', 'Filesystem']

function checkAccessModes(errors: Errors, path: string, modes: readonly string[]): void {
  for (const mode of modes) {
    checkKnown(errors, path, mode, accessModes)
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
  checkKnown(errors, `${path}.volumeMode`, volumeMode, volumeModes)
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
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
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
  if (spec.hostPath?.path === '/' && policy === 'Recycle') {
    const detail = "may not be 'recycle' for a hostPath mount of '/'"
    errors.push(forbidden('spec.persistentVolumeReclaimPolicy', detail))
  }
  checkClasses(errors, spec)
}

type VolumeSpec = NonNullable<PersistentVolume['spec']>

function checkVolumeSource(errors: Errors, spec: VolumeSpec): void {
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
    if (found && key !== 'flexVolume') {
      const detail = 'may not specify more than 1 volume type'
      errors.push(forbidden(`spec.${secondName(key)}`, detail))
    } else if (key === 'local') checkLocal(errors, spec)
    else if (key === 'csi') checkCsi(errors, spec)
    else if (key === 'hostPath') checkHostPath(errors, 'spec.hostPath', spec as Sources)
    else if (key === 'nfs') checkNfs(errors, 'spec.nfs', spec as Sources)
    else checkOtherSource(errors, key, spec)
    found = true
  }
  if (!found) errors.push(required('spec', 'must specify a volume type'))
}

const pathNames: Readonly<Record<string, string>> = { gcePersistentDisk: 'persistentDisk' }

/** One of the sources that pods have, too, with the secrets that only volumes have. */
function checkOtherSource(errors: Errors, key: keyof typeof sourceChecks, spec: VolumeSpec): void {
  const at = `spec.${pathNames[key] ?? key}`
  sourceChecks[key](errors, at, spec as Sources)
}

function checkCsi(errors: Errors, { csi }: VolumeSpec): void {
  if (csi === undefined) return
  checkDriverName(errors, 'spec.csi.driver', csi.driver ?? '')
  if ((csi.volumeHandle ?? '') === '') errors.push(required('spec.csi.volumeHandle', ''))
  for (const key of secretRefs) {
    const secret = csi[key]
    if (secret === undefined) continue
    const { name = '', namespace = '' } = secret
    const at = `spec.csi.${key}`
    if (name === '') errors.push(required(`${at}.name`, ''))
    else refuse(errors, `${at}.name`, name, dns1123SubdomainErrors(name))
    if (namespace === '') errors.push(required(`${at}.namespace`, ''))
    else refuse(errors, `${at}.namespace`, namespace, dns1123LabelErrors(namespace))
  }
}

const secretRefs = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const

function checkClasses(errors: Errors, spec: VolumeSpec): void {
  const { storageClassName = '', volumeMode, volumeAttributesClassName: attributes } = spec
  if (storageClassName !== '') {
    const messages = dns1123SubdomainErrors(storageClassName)
    refuse(errors, 'spec.storageClassName', storageClassName, messages)
  }
  checkKnown(errors, 'spec.volumeMode', volumeMode, volumeModes)
  if (attributes === undefined) return
  const at = 'spec.volumeAttributesClassName'
  if (attributes === '') errors.push(required(at, 'an empty string is disallowed'))
  else refuse(errors, at, attributes, dns1123SubdomainErrors(attributes))
  if (spec.csi !== undefined) return
  errors.push(required('spec.csi', 'has to be specified when using volumeAttributesClassName'))
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
  checkTopologies(errors, 'allowedTopologies', (object as StorageClass).allowedTopologies ?? [])
}

type Topologies = NonNullable<StorageClass['allowedTopologies']>

function checkTopologies(errors: Errors, path: string, topologies: Topologies): void {
  // Upstream compares each term with as many empty ones as there are terms, too.
  const known: string[] = topologies.map(() => '[]')
  topologies.forEach(({ matchLabelExpressions = [] }, index) => {
    const at = `${path}[${index}].matchLabelExpressions`
    const byKey = new Map<string, string>()
    matchLabelExpressions.forEach(({ key = '', values = [] }, place) => {
      if (values.length === 0) errors.push(required(`${at}[${place}].values`, ''))
      values.forEach((value, each) => {
        if (values.indexOf(value) === each) return
        errors.push(duplicate(`${at}[${place}].values[${each}]`, value))
      })
      checkLabelName(errors, `${at}[${place}].key`, key)
      if (byKey.has(key)) errors.push(duplicate(`${at}[${place}].key`, key))
      byKey.set(key, sortedStrings([...new Set(values)]).join())
    })
    const text = JSON.stringify(sortedStrings([...byKey].map(pair => pair.join('='))))
    for (const other of known) if (other === text) errors.push(duplicate(at, ''))
    known.push(text)
  })
}

/** What a class says about its volumes is final. */
export function checkStorageClassUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  checkStorageClass(errors, object)
  for (const key of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) {
    const value = object[key]
    if (JSON.stringify(sorted(value)) === JSON.stringify(sorted(old[key]))) continue
    errors.push(invalid(key, sorted(value), immutableText))
  }
}
