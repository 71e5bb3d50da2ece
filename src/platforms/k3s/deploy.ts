// The deploy controller of k3s: the manifests in a folder of a server become objects.
// Port of k3s pkg/deploy/controller.go (0301210).

import { compareStrings } from '../../base/compare.ts'
import { sha256 } from '../../base/sha256.ts'
import { isServed, kindKey, kindKeyOf } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/object.ts'
import { applySet } from './object-set.ts'
import type { DeployEvent, DeployWorld } from './world.ts'

/** How often the folder is looked at. */
export const rescanMs = 15_000

export const addonNamespace = 'kube-system'
const gvkAnnotation = 'addon.k3s.cattle.io/gvks'
const separator = ';'

/** A file below the folder of manifests, as its server has it: files are not copied to others. */
export interface ManifestFile {
  /** From the folder, as in `metrics-server/service.yaml`. */
  readonly path: string
  readonly text: string
  /** Time of its last change; 0 where all files have the same, so that the text decides. */
  readonly modifiedMs: number
  /** Its objects, or why it cannot be read. */
  readonly content: readonly KubeObject[] | { readonly error: string }
}

export interface Scan {
  readonly files: readonly ManifestFile[]
  /** Names after `--disable`. */
  readonly disabled: ReadonlySet<string>
  /** The first look after the start of a server: everything is applied, changed or not. */
  readonly force: boolean
  /** Times of change of the files that were applied, by path. */
  readonly seen: ReadonlyMap<string, number>
}

export interface Scanned {
  readonly seen: ReadonlyMap<string, number>
  /** Paths of disabled files: they are removed from the folder. */
  readonly removed: readonly string[]
  /** Reasons why the next look is forced again, when this one was. */
  readonly errors: readonly string[]
}

/** One look at the folder. */
export function scanManifests(world: DeployWorld, scan: Scan): Scanned {
  const seen = new Map(scan.seen)
  const removed: string[] = []
  const errors: string[] = []
  const skips = new Set(
    scan.files.flatMap(({ path }) =>
      path.endsWith('.skip') ? [nameOf(path).slice(0, -'.skip'.length)] : [],
    ),
  )
  for (const file of [...scan.files].sort((a, b) => compareStrings(a.path, b.path))) {
    const { path, modifiedMs } = file
    if (isDisabled(path, scan.disabled)) {
      const failed = withdraw(world, file)
      if (failed.length === 0) removed.push(path)
      errors.push(...failed.map(error => `failed to delete ${path}: ${error}`))
      continue
    }
    if (isSkipped(nameOf(path), skips)) continue
    if (!scan.force && modifiedMs !== 0 && seen.get(path) === modifiedMs) continue
    const failed = deploy(world, file, !scan.force)
    if (failed.length === 0) seen.set(path, modifiedMs)
    errors.push(...failed.map(error => `failed to process ${path}: ${error}`))
  }
  return { seen, removed, errors }
}

const extension = /\.(?:ya?ml|json)$/i

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** By the name of the file without its ending, or of a folder above it: `metrics-server`. */
function isDisabled(path: string, disabled: ReadonlySet<string>): boolean {
  const parts = path.split('/')
  const folders = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'))
  if (folders.some(folder => disabled.has(folder))) return true
  return extension.test(path) && disabled.has(nameOf(path).replace(/\.[^.]*$/, ''))
}

function isSkipped(name: string, skips: ReadonlySet<string>): boolean {
  return name.startsWith('.') || skips.has(name) || !extension.test(name)
}

/** The AddOn that stands for a file: all that is before the first dot of its name. */
function addonOf(world: DeployWorld, path: string): KubeObject {
  const name = nameOf(path).split('.', 1)[0] as string
  const known = world.get(kindKey('k3s.cattle.io/v1', 'Addon'), `${addonNamespace}/${name}`)
  return (
    known ?? {
      apiVersion: 'k3s.cattle.io/v1',
      kind: 'Addon',
      metadata: { name, namespace: addonNamespace },
    }
  )
}

interface AddonSpec {
  readonly source?: string
  readonly checksum?: string
}

function specOf(addon: KubeObject): AddonSpec {
  return (addon['spec'] ?? {}) as AddonSpec
}

/** Applies a file, unless its text is the one that was applied; the errors. */
function deploy(world: DeployWorld, file: ManifestFile, comparesChecksum: boolean): string[] {
  const { path, text, content } = file
  const found = addonOf(world, path)
  const sourced = { ...found, spec: { ...specOf(found), source: path } }
  const created =
    found.metadata.uid === undefined ? world.submit({ verb: 'create', object: sourced }) : undefined
  if (created?.ok === false) return [created.status.message]
  const addon = created === undefined ? sourced : created.object
  const checksum = sha256(text)
  if (comparesChecksum && checksum === specOf(addon).checksum) return []
  const say = (type: DeployEvent['type'], reason: string, message: string): void =>
    world.event(addon, { type, reason, message })
  if ('error' in content) {
    const message = `Parse manifest at "${path}" failed: ${content.error}`
    say('Warning', 'ParseManifestFailed', message)
    return [content.error]
  }
  say('Normal', 'ApplyingManifest', `Applying manifest at "${path}"`)
  const errors = applySet(world, {
    owner: addon,
    objects: content,
    kinds: [...content, ...objectsOfGvks(addon)].filter(isKnown).map(kindKeyOf),
  })
  if (errors.length > 0) {
    const message = `Applying manifest at "${path}" failed: ${errors.join('\n')}`
    say('Warning', 'ApplyManifestFailed', message)
    return errors
  }
  say('Normal', 'AppliedManifest', `Applied manifest at "${path}"`)
  return record(world, addon, { checksum, content })
}

function record(
  world: DeployWorld,
  addon: KubeObject,
  { checksum, content }: { readonly checksum: string; readonly content: readonly KubeObject[] },
): string[] {
  const gvks = [...new Set(content.map(gvkText))].join(separator)
  const annotations = { ...addon.metadata.annotations, [gvkAnnotation]: gvks }
  const object = {
    ...addon,
    metadata: { ...addon.metadata, annotations },
    spec: { ...specOf(addon), checksum },
  }
  const answer = world.submit({ verb: 'update', object })
  return answer.ok ? [] : [answer.status.message]
}

/** Takes back what a file made: its objects and its AddOn. */
function withdraw(world: DeployWorld, { path, content }: ManifestFile): string[] {
  const addon = addonOf(world, path)
  const now = 'error' in content ? [] : content
  const kinds = [...objectsOfGvks(addon), ...now].filter(isKnown).map(kindKeyOf)
  const errors = applySet(world, { owner: addon, objects: [], kinds })
  if (errors.length > 0) return errors
  if (addon.metadata.uid === undefined) return []
  const message = `Deleting manifest at "${path}"`
  world.event(addon, { type: 'Normal', reason: 'DeletingManifest', message })
  const { name = '', namespace } = addon.metadata
  const target = { kind: kindKeyOf(addon), namespace, name }
  const answer = world.submit({ verb: 'delete', target })
  return answer.ok || answer.status.reason === 'NotFound' ? [] : [answer.status.message]
}

/** schema.GroupVersionKind as Go prints it; the core group has an empty name. */
function gvkText({ apiVersion, kind }: KubeObject): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`
}

/** Stand-ins for the kinds that were in the file when it was applied last. */
function objectsOfGvks({ metadata }: KubeObject): readonly KubeObject[] {
  return (metadata.annotations?.[gvkAnnotation] ?? '').split(separator).flatMap(text => {
    const [version, kind, ...rest] = text.split(', Kind=')
    if (version === undefined || kind === undefined || rest.length > 0) return []
    return { apiVersion: version.replace(/^\//, ''), kind, metadata: {} }
  })
}

/** Kinds that the server does not have cannot be looked through. */
function isKnown({ apiVersion, kind }: KubeObject): boolean {
  return isServed(apiVersion, kind)
}
