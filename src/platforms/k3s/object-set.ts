// Applies a set of objects that belong to one owner: creates, patches three ways, prunes.
// Port of rancher/wrangler v3 pkg/apply (8238115): desiredset_{apply,compare,process}.go. The hash
// of an owner is not upstream's SHA-1, and what was applied is kept as plain JSON, which upstream
// reads as well.

import { compareStrings } from '../../base/compare.ts'
import { sha256 } from '../../base/sha256.ts'
import { kindKeyOf, kinds } from '../../kube/kinds.ts'
import { keyOf, type KubeObject } from '../../kube/object.ts'
import { isObject, type JsonObject } from '../../kube/patch/json.ts'
import { createThreeWayMergePatch } from '../../kube/patch/merge-patch.ts'
import { createThreeWayPatch } from '../../kube/patch/strategic-diff.ts'
import { schemaOf } from '../../kube/schema.ts'
import type { DeployWorld } from './world.ts'

const prefix = 'objectset.rio.cattle.io/'
const appliedAnnotation = `${prefix}applied`
const hashLabel = `${prefix}hash`
const pruneLabel = `${prefix}prune`

const hashDigits = 40
const textMax = 64

/** Fields by which items of lists are known: they are kept whole in what was applied. */
const listKeys: ReadonlySet<string> = new Set([
  'apiVersion',
  'containerPort',
  'devicePath',
  'ip',
  'kind',
  'mountPath',
  'name',
  'port',
  'topologyKey',
  'type',
])

export interface ObjectSet {
  readonly owner: KubeObject
  readonly objects: readonly KubeObject[]
  /** Store keys of kinds in which objects of the owner may be left over. */
  readonly kinds: readonly string[]
}

/** Brings the cluster in line with the set; the errors of what could not be done. */
export function applySet(world: DeployWorld, { owner, objects, kinds: more }: ObjectSet): string[] {
  const marks = marksOf(owner)
  const wanted = objects.map(object => marked(inNamespace(object), marks))
  const order = [...new Set([...wanted.map(kindKeyOf), ...[...more].sort(compareStrings)])]
  return order.flatMap(kind => {
    const ofKind = wanted.filter(object => kindKeyOf(object) === kind).sort(byKey)
    return applyKind(world, kind, { wanted: ofKind, hash: marks.labels[hashLabel] as string })
  })
}

interface Marks {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

function marksOf({ apiVersion, kind, metadata }: KubeObject): Marks {
  const { name = '', namespace = '' } = metadata
  const annotations = {
    [`${prefix}id`]: '',
    [`${prefix}owner-gvk`]: `${apiVersion}, Kind=${kind}`,
    [`${prefix}owner-name`]: name,
    [`${prefix}owner-namespace`]: namespace,
  }
  const hash = sha256(Object.values(annotations).join('')).slice(0, hashDigits)
  return { labels: { [hashLabel]: hash }, annotations }
}

function inNamespace(object: KubeObject): KubeObject {
  const known = kinds.get(kindKeyOf(object))
  const { namespace, ...metadata } = object.metadata
  if (known?.namespaced === false) return { ...object, metadata }
  return { ...object, metadata: { ...metadata, namespace: namespace ?? 'default' } }
}

function marked(object: KubeObject, { labels, annotations }: Marks): KubeObject {
  const { [appliedAnnotation]: _, ...own } = object.metadata.annotations ?? {}
  const metadata = {
    ...object.metadata,
    labels: { ...object.metadata.labels, ...labels },
    annotations: { ...own, ...annotations },
  }
  return { ...object, metadata }
}

function byKey(a: KubeObject, b: KubeObject): number {
  return compareStrings(keyOf(a.metadata), keyOf(b.metadata))
}

/** Creations first, then changes, then deletions. */
function applyKind(
  world: DeployWorld,
  kind: string,
  { wanted, hash }: { readonly wanted: readonly KubeObject[]; readonly hash: string },
): string[] {
  const existing = world.list(kind).filter(({ metadata }) => metadata.labels?.[hashLabel] === hash)
  const known = new Set(existing.map(({ metadata }) => keyOf(metadata)))
  const kept = new Set(wanted.map(({ metadata }) => keyOf(metadata)))
  const isNew = ({ metadata }: KubeObject): boolean => !known.has(keyOf(metadata))
  const errors: string[] = []
  const changed = wanted.filter(object => !isNew(object))
  for (const object of wanted.filter(isNew)) {
    const answer = world.submit({ verb: 'create', object: withApplied(object) })
    if (answer.ok) continue
    // One that others made is taken over.
    if (answer.status.reason === 'AlreadyExists') changed.push(object)
    else errors.push(`failed to create ${keyOf(object.metadata)} ${kind}: ${answer.status.message}`)
  }
  for (const object of changed) errors.push(...update(world, kind, object))
  for (const { metadata } of existing) {
    if (kept.has(keyOf(metadata)) || metadata.labels?.[pruneLabel] === 'false') continue
    const { name = '', namespace } = metadata
    const answer = world.submit({ verb: 'delete', target: { kind, namespace, name } })
    if (answer.ok || answer.status.reason === 'NotFound') continue
    errors.push(`failed to delete ${keyOf(metadata)} ${kind}: ${answer.status.message}`)
  }
  return errors
}

function update(world: DeployWorld, kind: string, object: KubeObject): string[] {
  const key = keyOf(object.metadata)
  const current = world.get(kind, key)
  if (current === undefined) return []
  const type = schemaOf(object.apiVersion, object.kind)
  const three = { original: originalOf(current), modified: withApplied(object), current }
  const made =
    type === undefined || typeof type === 'string'
      ? createThreeWayMergePatch(three)
      : createThreeWayPatch(three, { type, overwrite: true })
  if (!made.ok) return [`failed to update ${key} ${kind}: patch generation: ${made.error}`]
  const patch = withoutServerFields(made.value)
  if (patch === undefined) return []
  const { name = '', namespace } = object.metadata
  const patchType = type === undefined ? 'merge' : 'strategic'
  const target = { kind, namespace, name }
  const answer = world.submit({ verb: 'patch', target, patchType, patch })
  return answer.ok ? [] : [`failed to update ${key} ${kind}: ${answer.status.message}`]
}

/** The patch without what the server owns; undefined when nothing is left of it. */
function withoutServerFields(patch: JsonObject): JsonObject | undefined {
  const { kind: _kind, apiVersion: _version, status: _status, ...rest } = patch
  const { metadata, ...others } = rest
  if (!isObject(metadata)) return Object.keys(rest).length === 0 ? undefined : rest
  const { creationTimestamp: _created, ...kept } = metadata
  const { annotations, ...fields } = kept
  const isEmpty = (value: unknown): boolean =>
    value === undefined || (isObject(value) && Object.keys(value).length === 0)
  const saysNothing = Object.keys(fields).length === 0 && isEmpty(annotations)
  if (saysNothing) return Object.keys(others).length === 0 ? undefined : others
  return { ...others, metadata: kept }
}

function withApplied(object: KubeObject): KubeObject {
  const annotations = {
    ...object.metadata.annotations,
    [appliedAnnotation]: JSON.stringify(shortened(object, false)),
  }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** What was applied the last time, as it is remembered; nothing for an object of others. */
function originalOf({ metadata }: KubeObject): JsonObject {
  const text = metadata.annotations?.[appliedAnnotation]
  if (text === undefined || !text.startsWith('{')) return {}
  try {
    return withApplied(JSON.parse(text) as KubeObject)
  } catch {
    return {}
  }
}

/** Long texts are cut: only the names of fields matter for what is to be removed. */
function shortened(value: unknown, isItem: boolean): unknown {
  if (Array.isArray(value)) {
    return value.map(item => (isObject(item) ? shortened(item, true) : shortened(item, false)))
  }
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      if (typeof inner !== 'string') return [field, shortened(inner, false)]
      return [field, isItem && listKeys.has(field) ? inner : inner.slice(0, textMax)]
    }),
  )
}
