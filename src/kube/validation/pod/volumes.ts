// Volumes of pods. Upstream: pkg/apis/core/validation/validation.go, v1.36.3.

import { configMapKeyErrors } from '../../formats.ts'
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
  checkLabelDns,
  checkNoBacksteps,
  type Errors,
  refuse,
} from '../checks.ts'
import { duplicate, forbidden, invalid, notSupported, required } from '../field-error.ts'
import { checkClaimSpec } from '../storage.ts'
import { checkFieldRef, checkResourceRef, volumeFieldPaths } from './environment.ts'

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

type SourceCheck = (errors: Errors, path: string, volume: Volume) => void

/** In upstream's order, which decides which of two sources is one too many. */
const sources: readonly (readonly [keyof Volume, SourceCheck?])[] = [
  ['hostPath', checkHostPath],
  ['gitRepo'],
  ['gcePersistentDisk'],
  ['awsElasticBlockStore'],
  ['secret', checkSecret],
  ['nfs', checkNfs],
  ['iscsi'],
  ['glusterfs'],
  ['flocker'],
  ['persistentVolumeClaim', checkClaim],
  ['rbd'],
  ['cinder'],
  ['cephfs'],
  ['quobyte'],
  ['downwardAPI', checkDownward],
  ['fc'],
  ['flexVolume'],
  ['configMap', checkConfigMap],
  ['azureFile'],
  ['vsphereVolume'],
  ['photonPersistentDisk'],
  ['portworxVolume'],
  ['azureDisk'],
  ['storageos'],
  ['projected', checkProjected],
  ['scaleIO'],
  ['csi', checkCsi],
  ['ephemeral', checkEphemeral],
  ['image', checkImage],
]

function checkSource(errors: Errors, path: string, volume: Volume): void {
  let found = volume.emptyDir !== undefined
  const limit = volume.emptyDir?.sizeLimit
  if (limit !== undefined && sign(quantityOf(limit)) < 0) {
    const detail = 'SizeLimit field must be a valid resource quantity'
    errors.push(forbidden(`${path}.emptyDir.sizeLimit`, detail))
  }
  for (const [key, check] of sources) {
    if (volume[key] === undefined) continue
    const at = `${path}.${key}`
    if (found) errors.push(forbidden(at, 'may not specify more than 1 volume type'))
    else check?.(errors, at, volume)
    found = true
  }
  if (!found) errors.push(required(path, 'must specify a volume type'))
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

function checkHostPath(errors: Errors, path: string, { hostPath }: Volume): void {
  const { path: target = '', type = '' } = hostPath ?? {}
  if (target === '') {
    errors.push(required(`${path}.path`, ''))
    return
  }
  checkNoBacksteps(errors, `${path}.path`, target)
  if (!hostPathTypes.includes(type)) errors.push(notSupported(`${path}.type`, type, hostPathTypes))
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

function checkSecret(errors: Errors, path: string, { secret }: Volume): void {
  if ((secret?.secretName ?? '') === '') errors.push(required(`${path}.secretName`, ''))
  checkMode(errors, `${path}.defaultMode`, secret?.defaultMode)
  checkItems(errors, `${path}.items`, secret?.items ?? [])
}

function checkConfigMap(errors: Errors, path: string, { configMap }: Volume): void {
  if ((configMap?.name ?? '') === '') errors.push(required(`${path}.name`, ''))
  checkMode(errors, `${path}.defaultMode`, configMap?.defaultMode)
  checkItems(errors, `${path}.items`, configMap?.items ?? [])
}

function checkNfs(errors: Errors, path: string, { nfs }: Volume): void {
  const { server = '', path: target = '' } = nfs ?? {}
  if (server === '') errors.push(required(`${path}.server`, ''))
  if (target === '') errors.push(required(`${path}.path`, ''))
  else if (!target.startsWith('/')) {
    errors.push(invalid(`${path}.path`, target, 'must be an absolute path'))
  }
}

function checkClaim(errors: Errors, path: string, { persistentVolumeClaim: claim }: Volume): void {
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

function checkDownward(errors: Errors, path: string, { downwardAPI }: Volume): void {
  checkMode(errors, `${path}.defaultMode`, downwardAPI?.defaultMode)
  for (const file of downwardAPI?.items ?? []) checkFile(errors, path, file)
}

function checkProjected(errors: Errors, path: string, { projected }: Volume): void {
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

function checkCsi(errors: Errors, path: string, { csi }: Volume): void {
  const driver = csi?.driver ?? ''
  if (driver === '') errors.push(required(`${path}.driver`, ''))
  else refuse(errors, `${path}.driver`, driver, configMapKeyErrors(driver))
}

function checkEphemeral(errors: Errors, path: string, { ephemeral }: Volume): void {
  const template = ephemeral?.volumeClaimTemplate
  if (template === undefined) errors.push(required(`${path}.volumeClaimTemplate`, ''))
  else checkClaimSpec(errors, `${path}.volumeClaimTemplate.spec`, template.spec)
}

function checkImage(errors: Errors, path: string, { image }: Volume): void {
  const { reference = '', pullPolicy = '' } = image ?? {}
  if (reference === '') errors.push(required(`${path}.reference`, ''))
  const policies = ['Always', 'IfNotPresent', 'Never']
  if (!policies.includes(pullPolicy)) {
    errors.push(notSupported(`${path}.pullPolicy`, pullPolicy, policies))
  }
}
