// Pods of one template reach the mutators alike but for the name of their token volume, which is
// drawn: what mutators that do not read it make of one, they make of all.

import type { Pod } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { isArray, isObject } from '../kube/patch/json.ts'
import { tokenPrefix } from '../apiserver/pod-validity.ts'

interface Made {
  /** A string or status where the object is refused. */
  readonly object: unknown
}

/** What became of a pod, `scope` being all else that it was made of. */
interface Outcome<T extends Made> {
  readonly before: KubeObject
  readonly scope: readonly unknown[]
  readonly made: T
}

interface Renaming {
  readonly from: string
  readonly to: string
}

const templatesMax = 1000

/** Remembers, for each template, what was made of the last pod that was looked at. */
export class TemplateMemory<T extends Made> {
  private readonly outcomes = new Map<string, Outcome<T>>()

  /**
   * What `make` makes of the object: from memory, with the name of the token volume in its place,
   * where the object and the scope are those of a pod that it was asked for before.
   */
  recall(object: KubeObject, scope: readonly unknown[], make: () => T): T {
    const template = templateOf(object)
    if (template === undefined) return make()
    const known = this.outcomes.get(template)
    if (known !== undefined && sameScope(known.scope, scope)) {
      const renaming = { from: tokenOf(known.before), to: tokenOf(object) }
      if (alike(known.before, object, renaming)) return transferred(known, object, renaming)
    }
    if (this.outcomes.size >= templatesMax) this.outcomes.clear()
    const made = make()
    this.outcomes.set(template, { before: object, scope, made })
    return made
  }
}

/** What was made of one pod, for another; an object that stays is the very same. */
function transferred<T extends Made>(
  { before, made }: Outcome<T>,
  object: KubeObject,
  renaming: Renaming,
): T {
  return { ...made, object: made.object === before ? object : renamed(made.object, renaming) }
}

/** Names the template of a pod; undefined for objects that are not made from one. */
function templateOf({ apiVersion, kind, metadata }: KubeObject): string | undefined {
  const { name = '', generateName = '', namespace = '' } = metadata
  const isPod = apiVersion === 'v1' && kind === 'Pod'
  return isPod && name === '' && generateName !== '' ? `${namespace}/${generateName}` : undefined
}

/** The name of the volume with the token of the account; empty where there is none. */
function tokenOf(pod: KubeObject): string {
  const volumes = (pod as Pod).spec?.volumes ?? []
  return volumes.find(({ name }) => name.startsWith(tokenPrefix))?.name ?? ''
}

function sameScope(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index])
}

/** Whether two values are equal once the name is replaced. */
function alike(a: unknown, b: unknown, renaming: Renaming): boolean {
  if (a === b) return true
  if (typeof a === 'string') return a === renaming.from && b === renaming.to
  if (isArray(a)) {
    if (!isArray(b) || a.length !== b.length) return false
    return a.every((each, index) => alike(each, b[index], renaming))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every(key => Object.hasOwn(b, key) && alike(a[key], b[key], renaming))
}

/** The value with the name replaced; the very same where it does not occur. */
function renamed(value: unknown, renaming: Renaming): unknown {
  if (typeof value === 'string') return value === renaming.from ? renaming.to : value
  if (isArray(value)) {
    const items = value.map(each => renamed(each, renaming))
    return items.every((each, index) => each === value[index]) ? value : items
  }
  if (!isObject(value)) return value
  let changed: Record<string, unknown> | undefined
  for (const key of Object.keys(value)) {
    const next = renamed(value[key], renaming)
    if (next === value[key]) continue
    changed ??= { ...value }
    changed[key] = next
  }
  return changed ?? value
}

/** Fields of a pod that hold the name of its token volume. */
const naming = new Set(['volumes', 'volumeMounts'])

/** Fields that hold what holds the name. */
const around = new Set(['spec', 'containers', 'initContainers', 'ephemeralContainers'])

/**
 * Whether who reads or writes what is at a path of fields of a pod can tell pods of one template
 * apart: the path leads to the name of the token volume, or ends above it.
 */
export function tellsApart(fields: readonly string[]): boolean {
  return fields.some(field => naming.has(field)) || fields.every(field => around.has(field))
}
