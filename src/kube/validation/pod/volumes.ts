// Volumes of pods. Upstream: pkg/apis/core/validation/validation.go, v1.36.3.

import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  ObjectMeta,
  Volume,
  VolumeProjection,
} from '../../generated/types.ts'
import { quantityOf } from '../../quantity.ts'
import { sign } from '../../quantity-math.ts'
import {
  checkDescendingPath,
  checkKnown,
  checkLabelDns,
  type Errors,
  refuse,
  subdomainName,
} from '../checks.ts'
import { duplicate, forbidden, invalid, required } from '../field-error.ts'
import { checkClaimSpec } from '../storage.ts'
import { checkFieldRef, checkResourceRef, volumeFieldPaths } from './environment.ts'
import {
  checkDriverName,
  checkHostPath,
  checkNfs,
  secondName,
  type SourceCheck,
  sourceChecks,
  type Sources,
} from './volume-sources.ts'

const modeText = 'must be a number between 0 and 0777 (octal), both inclusive'

/** The names of the volumes that are in order; the others are reported. */
export function checkVolumes(
  errors: Errors,
  path: string,
  volumes: readonly Volume[],
  metadata: ObjectMeta | undefined,
): ReadonlyMap<string, Volume> {
  const known = new Map<string, Volume>()
  volumes.forEach((volume, index) => {
    const at = `${path}[${index}]`
    const own: Errors = []
    const { name = '' } = volume
    checkSource(own, at, volume)
    if (name === '') own.push(required(`${at}.name`, ''))
    else checkLabelDns(own, `${at}.name`, name)
    if (known.has(name)) own.push(duplicate(`${at}.name`, name))
    if (own.length === 0) known.set(name, volume)
    errors.push(...own)
    checkEphemeralClash(errors, at, { volumes, volume, owner: metadata?.name ?? '' })
  })
  return known
}

interface Clash {
  readonly volumes: readonly Volume[]
  readonly volume: Volume
  readonly owner: string
}

function checkEphemeralClash(
  errors: Errors,
  path: string,
  { volumes, volume, owner }: Clash,
): void {
  const claim = volume.persistentVolumeClaim?.claimName
  if (claim === undefined || owner === '') return
  const made = volumes.some(
    each => each.ephemeral !== undefined && `${owner}-${each.name}` === claim,
  )
  if (!made) return
  const detail = 'must not reference a PVC that gets created for an ephemeral volume'
  errors.push(invalid(`${path}.persistentVolumeClaim.claimName`, claim, detail))
}

/** In upstream's order, which decides which of two sources is one too many. */
const sources: readonly (readonly [keyof Sources, SourceCheck])[] = [
  ['hostPath', checkHostPath],
  ['gitRepo', sourceChecks.gitRepo],
  ['gcePersistentDisk', sourceChecks.gcePersistentDisk],
  ['awsElasticBlockStore', sourceChecks.awsElasticBlockStore],
  ['secret', checkSecret],
  ['nfs', checkNfs],
  ['iscsi', sourceChecks.iscsi],
  ['glusterfs', sourceChecks.glusterfs],
  ['flocker', sourceChecks.flocker],
  ['persistentVolumeClaim', checkClaim],
  ['rbd', sourceChecks.rbd],
  ['cinder', sourceChecks.cinder],
  ['cephfs', sourceChecks.cephfs],
  ['quobyte', sourceChecks.quobyte],
  ['downwardAPI', checkDownward],
  ['fc', sourceChecks.fc],
  ['flexVolume', sourceChecks.flexVolume],
  ['configMap', checkConfigMap],
  ['azureFile', sourceChecks.azureFile],
  ['vsphereVolume', sourceChecks.vsphereVolume],
  ['photonPersistentDisk', sourceChecks.photonPersistentDisk],
  ['portworxVolume', sourceChecks.portworxVolume],
  ['azureDisk', sourceChecks.azureDisk],
  ['storageos', sourceChecks.storageos],
  ['projected', checkProjected],
  ['scaleIO', sourceChecks.scaleIO],
  ['csi', checkCsi],
  ['ephemeral', checkEphemeral],
  ['image', checkImage],
]

function checkSource(errors: Errors, path: string, volume: Sources): void {
  let found = volume.emptyDir !== undefined
  const limit = volume.emptyDir?.sizeLimit
  if (limit !== undefined && sign(quantityOf(limit)) < 0) {
    const detail = 'SizeLimit field must be a valid resource quantity'
    errors.push(forbidden(`${path}.emptyDir.sizeLimit`, detail))
  }
  for (const [key, check] of sources) {
    if (volume[key] === undefined) continue
    const at = `${path}.${key}`
    if (found) {
      errors.push(
        forbidden(`${path}.${secondName(key)}`, 'may not specify more than 1 volume type'),
      )
    } else check(errors, at, volume)
    found = true
  }
  if (!found) errors.push(required(path, 'must specify a volume type'))
}

function checkMode(errors: Errors, path: string, mode: number | undefined): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) errors.push(invalid(path, mode, modeText))
}

function checkItems(errors: Errors, path: string, items: readonly KeyToPath[]): void {
  items.forEach(({ key = '', path: target = '', mode }, index) => {
    const at = `${path}[${index}]`
    if (key === '') errors.push(required(`${at}.key`, ''))
    if (target === '') errors.push(required(`${at}.path`, ''))
    else checkLocalPath(errors, `${at}.path`, target)
    checkMode(errors, `${at}.mode`, mode)
  })
}

/** Relative, and not one of the names that the kubelet keeps for itself. */
function checkLocalPath(errors: Errors, path: string, value: string): void {
  checkDescendingPath(errors, path, value)
  if (value.startsWith('..') && !value.startsWith('../')) {
    errors.push(invalid(path, value, "must not start with '..'"))
  }
}

function checkSecret(errors: Errors, path: string, { secret }: Sources): void {
  if ((secret?.secretName ?? '') === '') errors.push(required(`${path}.secretName`, ''))
  checkMode(errors, `${path}.defaultMode`, secret?.defaultMode)
  checkItems(errors, `${path}.items`, secret?.items ?? [])
}

function checkConfigMap(errors: Errors, path: string, { configMap }: Sources): void {
  if ((configMap?.name ?? '') === '') errors.push(required(`${path}.name`, ''))
  checkMode(errors, `${path}.defaultMode`, configMap?.defaultMode)
  checkItems(errors, `${path}.items`, configMap?.items ?? [])
}

function checkClaim(errors: Errors, path: string, { persistentVolumeClaim: claim }: Sources): void {
  if ((claim?.claimName ?? '') === '') errors.push(required(`${path}.claimName`, ''))
}

function checkFile(errors: Errors, path: string, file: DownwardAPIVolumeFile): void {
  const { path: target = '', fieldRef, resourceFieldRef, mode } = file
  if (target === '') errors.push(required(`${path}.path`, ''))
  checkLocalPath(errors, `${path}.path`, target)
  if (fieldRef !== undefined) {
    checkFieldRef(errors, `${path}.fieldRef`, fieldRef, volumeFieldPaths)
    if (resourceFieldRef !== undefined) {
      const detail = 'fieldRef and resourceFieldRef can not be specified simultaneously'
      errors.push(invalid(path, 'resource', detail))
    }
  } else if (resourceFieldRef === undefined) {
    errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'))
  } else {
    checkResourceRef(errors, `${path}.resourceFieldRef`, resourceFieldRef, true)
  }
  checkMode(errors, `${path}.mode`, mode)
}

function checkDownward(errors: Errors, path: string, { downwardAPI }: Sources): void {
  checkMode(errors, `${path}.defaultMode`, downwardAPI?.defaultMode)
  for (const file of downwardAPI?.items ?? []) checkFile(errors, path, file)
}

function checkProjected(errors: Errors, path: string, { projected }: Sources): void {
  checkMode(errors, `${path}.defaultMode`, projected?.defaultMode)
  projected?.sources?.forEach((source, index) => {
    const at = `${path}.sources[${index}]`
    checkProjection(errors, at, source, path)
    const count = Object.keys(source).length
    if (count > 1) errors.push(forbidden(at, 'may not specify more than 1 volume type per source'))
    if (count === 0) errors.push(required(at, 'must specify a projected volume source type'))
  })
}

const expirationMin = 600
const expirationMax = 2 ** 32

function checkProjection(
  errors: Errors,
  path: string,
  { secret, configMap, downwardAPI, serviceAccountToken: token }: VolumeProjection,
  volumePath: string,
): void {
  for (const [key, source] of [
    ['secret', secret],
    ['configMap', configMap],
  ] as const) {
    if (source === undefined) continue
    if ((source.name ?? '') === '') errors.push(required(`${path}.${key}.name`, ''))
    checkItems(errors, `${path}.${key}.items`, source.items ?? [])
  }
  for (const file of downwardAPI?.items ?? []) checkFile(errors, `${path}.downwardAPI`, file)
  if (token === undefined) return
  const { expirationSeconds: seconds = 3600, path: target = '' } = token
  const at = `${path}.serviceAccountToken.expirationSeconds`
  if (seconds < expirationMin) {
    errors.push(invalid(at, seconds, 'may not specify a duration less than 10 minutes'))
  }
  if (seconds > expirationMax) {
    errors.push(invalid(at, seconds, 'may not specify a duration larger than 2^32 seconds'))
  }
  if (target === '') errors.push(required(`${volumePath}.path`, ''))
  else checkLocalPath(errors, `${volumePath}.path`, target)
}

function checkCsi(errors: Errors, path: string, { csi }: Sources): void {
  checkDriverName(errors, `${path}.driver`, csi?.driver ?? '')
  const secret = csi?.nodePublishSecretRef
  if (secret === undefined) return
  const { name = '' } = secret
  if (name === '') errors.push(required(`${path}.nodePublishSecretRef.name`, ''))
  else refuse(errors, `${path}.name`, name, subdomainName(name))
}

function checkEphemeral(errors: Errors, path: string, { ephemeral }: Sources): void {
  const template = ephemeral?.volumeClaimTemplate
  if (template === undefined) errors.push(required(`${path}.volumeClaimTemplate`, ''))
  else checkClaimSpec(errors, `${path}.volumeClaimTemplate.spec`, template.spec)
}

function checkImage(errors: Errors, path: string, { image }: Sources): void {
  const { reference = '', pullPolicy = '' } = image ?? {}
  if (reference === '') errors.push(required(`${path}.reference`, ''))
  const policies = ['Always', 'IfNotPresent', 'Never']
  checkKnown(errors, `${path}.pullPolicy`, pullPolicy, policies)
}
