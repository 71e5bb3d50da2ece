// Who wrote a field: the file, an owner's template, a mutator with its own place, a controller, an
// admission plugin, a default. Read from the log of a run, so a run that nobody asks pays nothing.

import { admissionPlugins } from '../admission/registry.ts'
import type { AdmissionPlugin, ObjectRequest, Round } from '../apiserver/admission.ts'
import { resourceOf } from '../apiserver/resource.ts'
import { isStatus } from '../apiserver/responses.ts'
import { admissionRequest } from '../apiserver/stored.ts'
import type { Location } from '../base/problem.ts'
import { refText } from '../checks/life.ts'
import { apiContext, installer } from '../cluster/api-context.ts'
import type { Change } from '../engine/store.ts'
import type { World } from '../engine/world.ts'
import { applyDefaults } from '../kube/defaults/registry.ts'
import { formatPath, type PathPart, pathParts, setAt, valueAt } from '../kube/field-path.ts'
import { controllerOf, keyFrom, type KubeObject, type ObjectRef } from '../kube/object.ts'
import { sameJson } from '../kube/patch/json.ts'
import type { Platform } from '../trials/platform.ts'
import { writtenObjects } from './context.ts'
import type { AdmissionRow } from './report.ts'
import { isAbout, mutationsIn, mutatorPlace, overlaps } from './writers.ts'

/** One writer of a field; the last of a chain is where it began. */
export interface FieldLink {
  /** `Assign spread`, `deployment-controller`, `default`. */
  readonly by: string
  /** What it did, as a predicate: `copies spec.template.spec.nodeSelector of ReplicaSet a/b`. */
  readonly does: string
  readonly location?: Location
}

export interface FieldChain {
  readonly object: ObjectRef
  readonly path: string
  /** Undefined where the object has no such field. */
  readonly value: unknown
  /** From the last writer to the first. */
  readonly links: readonly FieldLink[]
}

/** Pods of workloads of workloads: no chain of owners is longer. */
const ownersMax = 6

interface Asked {
  readonly platform: Platform
  readonly world: World
}

/** Who wrote one field of an object as it stands at the end of a run. */
export function fieldChain(asked: Asked, ref: ObjectRef, path: string): FieldChain {
  const parts = pathParts(path)
  const object = found(asked.world, ref)
  const value = object === undefined ? undefined : valueAt(object, parts)
  if (object === undefined || value === undefined) {
    return { object: ref, path: formatPath(parts), value: undefined, links: [] }
  }
  const own = { ...ref, name: object.metadata.name ?? ref.name }
  const links = linksOf(asked, { ref: own, object, parts, value }, 0)
  return { object: own, path: formatPath(parts), value, links }
}

/** The object, or the first that has its name from the given one: `web` means a pod `web-7d4b9-x`. */
function found({ store }: World, { kind, namespace, name }: ObjectRef): KubeObject | undefined {
  const exact = store.get(kind, keyFrom(namespace, name))
  if (exact !== undefined || kind !== 'Pod') return exact
  return store.list(kind, namespace).find(each => each.metadata.name?.startsWith(`${name}-`))
}

interface Field {
  readonly ref: ObjectRef
  readonly object: KubeObject
  readonly parts: readonly PathPart[]
  readonly value: unknown
}

function linksOf(asked: Asked, field: Field, depth: number): readonly FieldLink[] {
  const { ref, object, parts } = field
  const path = formatPath(parts)
  const change = lastChange(asked, field)
  const mutators = mutatorLinks(asked, { ref, object, path })
  const copied = depth < ownersMax ? copiedLinks(asked, field, { change, depth }) : []
  if (copied.length > 0) return [...mutators, ...copied]
  const inFile = fileLink(asked, field)
  if (inFile !== undefined) return [...mutators, inFile]
  if (isOfServer(parts)) return [{ by: 'kube-apiserver', does: `sets ${path}` }]
  const isByUser = change === undefined || change.writer === installer
  const isCreation = change === undefined || change.before === undefined
  if (!isCreation && !isByUser) return [...mutators, controllerLink(change, path)]
  const own = serverLink(asked, field)
  if (own !== undefined) return [...mutators, own]
  if (mutators.length > 0) return mutators
  return [isByUser ? { by: 'kube-apiserver', does: `sets ${path}` } : controllerLink(change, path)]
}

const serverFields = ['uid', 'creationTimestamp', 'resourceVersion', 'generation']

function isOfServer([first, second]: readonly PathPart[]): boolean {
  return first === 'metadata' && serverFields.includes(String(second))
}

function controllerLink(change: Change, path: string): FieldLink {
  const seconds = Math.floor(change.atMs / 1000) % 86_400
  const at = [seconds / 3600, (seconds % 3600) / 60, seconds % 60]
    .map(each => String(Math.floor(each)).padStart(2, '0'))
    .join(':')
  return { by: change.writer, does: `writes ${path} at ${at}` }
}

/** The write that gave the field the value that it has. */
function lastChange({ world }: Asked, { ref, parts, value }: Field): Change | undefined {
  const { store } = world
  const key = keyFrom(ref.namespace, ref.name)
  for (let index = store.logLength(ref.kind) - 1; index >= 0; index -= 1) {
    const change = store.logAt(ref.kind, index)
    if (change.key !== key || change.after === undefined) continue
    const before = change.before === undefined ? undefined : valueAt(change.before, parts)
    if (!sameJson(before, value)) return change
  }
  return undefined
}

interface Placed {
  readonly ref: ObjectRef
  readonly object: KubeObject
  readonly path: string
}

/** The mutators that wrote there, the last one first. */
function mutatorLinks({ platform, world }: Asked, { ref, object, path }: Placed): FieldLink[] {
  const bare = path.replaceAll(/\[[^\]]*\]/g, '')
  const links = new Map<string, FieldLink>()
  for (const note of mutationsIn(world)) {
    const isPod = note.kind === ref.kind && note.name === '' && note.namespace === ref.namespace
    const isSame = isPod && note.generateName === object.metadata.generateName
    if (!isSame && !isAbout(note, ref)) continue
    for (const { kind, name, location: at } of note.mutators) {
      if (!overlaps(at.replaceAll(/\[[^\]]*\]/g, ''), bare)) continue
      const location = mutatorPlace(platform.objects, { kind, name })
      const link = { by: `${kind} ${name}`, does: `writes ${at}`, ...(location && { location }) }
      links.set(`${kind} ${name} ${at}`, link)
    }
  }
  return [...links.values()].reverse()
}

/** Where the owner that made an object has the field. */
function pathInOwner(
  child: string,
  owner: string,
  parts: readonly PathPart[],
): readonly PathPart[] | undefined {
  const [first, second] = parts
  const isOfTemplate =
    first === 'spec' || (first === 'metadata' && (second === 'labels' || second === 'annotations'))
  if (!isOfTemplate) return undefined
  if (child === 'Pod') return ['spec', 'template', ...parts]
  if (child === 'Job' && owner === 'CronJob') return ['spec', 'jobTemplate', ...parts]
  return child === 'ReplicaSet' && first === 'spec' ? parts : undefined
}

function copiedLinks(
  asked: Asked,
  { ref, object, parts, value }: Field,
  { change, depth }: { change: Change | undefined; depth: number },
): readonly FieldLink[] {
  const owner = controllerOf(object.metadata)
  const mapped = owner === undefined ? undefined : pathInOwner(ref.kind, owner.kind, parts)
  if (owner === undefined || mapped === undefined) return []
  const { namespace } = ref
  const above = asked.world.store.get(owner.kind, keyFrom(namespace, owner.name))
  const theirs = above === undefined ? undefined : valueAt(above, mapped)
  if (above === undefined || !contains(value, theirs)) return []
  const of: ObjectRef = { kind: owner.kind, name: owner.name, ...(namespace && { namespace }) }
  const link = {
    by: change?.writer ?? 'its controller',
    does: `copies ${formatPath(mapped)} of ${refText(of)}`,
  }
  const next = { ref: of, object: above, parts: mapped, value: theirs }
  return [link, ...linksOf(asked, next, depth + 1)]
}

/** Whether a value is another, or more of it: mutators add to what was copied. */
function contains(value: unknown, part: unknown): boolean {
  if (part === undefined) return false
  if (sameJson(value, part)) return true
  if (typeof value !== 'object' || typeof part !== 'object' || part === null) return false
  const own = value as Readonly<Record<string, unknown>>
  return Object.entries(part).every(([key, each]) => contains(own[key], each))
}

function fileLink({ platform }: Asked, { ref, parts }: Field): FieldLink | undefined {
  const written = writtenObjects(platform).get(refText(ref))
  const path = formatPath(parts)
  if (written === undefined || written.range(path) === undefined) return undefined
  return { by: 'the file', does: `says ${path}`, location: written.locate(path) }
}

/** What the API server fills in: defaults, and its plugins one by one. */
function serverLink(asked: Asked, { ref, object, parts }: Field): FieldLink | undefined {
  if (parts[0] === 'kind' || parts[0] === 'apiVersion') return undefined
  const without = setAt(asSent(asked, ref, object), parts, null) as KubeObject
  const isFilled = (made: KubeObject): boolean => {
    const before = valueAt(without, parts)
    return !sameJson(valueAt(made, parts), before) && valueAt(made, parts) !== undefined
  }
  if (isFilled(applyDefaults(ref.kind, without))) {
    return { by: 'default', does: `of the API for ${formatPath(parts)}` }
  }
  const plugin = admissionPlugins.find(each =>
    isFilled(admitted(asked, each, { kind: ref.kind, object: without })),
  )
  if (plugin === undefined) return undefined
  return { by: plugin.name, does: `(admission plugin) sets ${formatPath(parts)}` }
}

/** A pod as its controller sends it: with the spec of its template. */
function asSent({ world }: Asked, { kind, namespace }: ObjectRef, object: KubeObject): KubeObject {
  const owner = kind === 'Pod' ? controllerOf(object.metadata) : undefined
  if (owner === undefined) return object
  const above = world.store.get(owner.kind, keyFrom(namespace, owner.name))
  const spec = valueAt(above, ['spec', 'template', 'spec'])
  return spec === undefined ? object : { ...object, spec }
}

/** The object as one built-in plugin would have it. */
function admitted(
  { world }: Asked,
  plugin: AdmissionPlugin,
  { kind, object }: { readonly kind: string; readonly object: KubeObject },
): KubeObject {
  const concerns = plugin.kinds?.includes(kind) ?? true
  const isOfUsers = plugin.isWebhook === true || plugin.reinvokes === true
  if (plugin.admit === undefined || !concerns || isOfUsers) return object
  const { note: _silent, ...context } = apiContext(world, installer)
  const resource = resourceOf(context, kind, object.metadata.namespace !== undefined)
  const request = admissionRequest(resource, { operation: 'create', object, old: undefined })
  const round: Round = { isSecond: false, memory: new Map() }
  const answer = plugin.admit(request as ObjectRequest, context, round)
  return isStatus(answer) ? object : answer
}

/** Every object that a mutator changed; pods of one template are one row. */
export function admissionRows(world: World): readonly AdmissionRow[] {
  const rows = new Map<string, { object: ObjectRef; mutators: Set<string>; fields: Set<string> }>()
  for (const { kind, namespace, name, generateName, mutators } of mutationsIn(world)) {
    const shown = name === '' ? `${generateName}*` : name
    const object: ObjectRef = { kind, name: shown, ...(namespace && { namespace }) }
    const key = refText(object)
    const row = rows.get(key) ?? { object, mutators: new Set(), fields: new Set() }
    rows.set(key, row)
    for (const each of mutators) {
      row.mutators.add(`${each.kind} ${each.name}`)
      row.fields.add(each.location)
    }
  }
  return [...rows.values()].map(({ object, mutators, fields }) => ({
    object,
    mutators: [...mutators],
    fields: [...fields],
  }))
}
