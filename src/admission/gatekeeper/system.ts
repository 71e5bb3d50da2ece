// All mutators of a cluster, and what they make of an object: applied in the order of their ids,
// again and again, until nothing changes. Port of gatekeeper v3.23.1 pkg/mutation/system.go.

import { compareStrings } from '../../base/compare.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { JsonObject } from '../../kube/patch/json.ts'
import { appliesTo, type GroupVersionKind } from './apply-to.ts'
import { plainJson, sameGoValue } from './go-value.ts'
import { ImpliedSchemas } from './implied-schema.ts'
import type { Path } from './location.ts'
import { matchesKind, matchesObject, type Subject } from './match.ts'
import { MutationError } from './mutation-error.ts'
import { type Mutator, objectAt, textOf } from './mutator.ts'
import { mutatorKinds } from './registry.ts'
import { setAtPath } from './setting.ts'

/** `invalid`: the mutator was not taken in; `error`: it was, but is skipped. */
export type Upserted =
  | { readonly id: string }
  | { readonly id: string; readonly error: string }
  | { readonly invalid: string }

/** An object that arrives at the webhook. */
export interface Arrival {
  readonly object: KubeObject
  /** The Namespace that it is in; the object itself when it is one. */
  readonly namespace: KubeObject | undefined
  /** `CREATE` or `UPDATE`. */
  readonly operation: string
  /** `Original` or `Generated`. */
  readonly source: string
}

/** `iterations` is 0 when no mutator changed anything. */
export interface Mutated {
  readonly iterations: number
  /** The result, when at least one mutator applied and all went well. */
  readonly object?: KubeObject
  /** The mutators that applied, in the order of their first application. */
  readonly applied: readonly Mutator[]
  readonly error?: string
}

/** Upstream draws a random one for each mutation. */
const mutationId = '00000000-0000-0000-0000-000000000000'

export class MutationSystem {
  private readonly schemas = new ImpliedSchemas()
  /** Sorted by kind, namespace and name. */
  private mutators: readonly Mutator[] = []
  private readonly byShape = new Map<string, readonly Mutator[]>()

  get size(): number {
    return this.mutators.length
  }

  /** Adds or replaces the mutator of an object. */
  upsert(object: KubeObject): Upserted {
    const built = build(object)
    if (typeof built === 'string') return { invalid: built }
    this.byShape.clear()
    const { id } = built
    const others = this.mutators.filter(each => each.id !== id)
    const before = this.mutators.find(each => each.id === id)
    this.mutators = [...others, built].sort(byId)
    const conflicts =
      before !== undefined && sameGoValue(before.source['spec'], object['spec'])
        ? this.schemas.conflictsOf(id)
        : this.schemas.upsert(built)
    if (conflicts.length === 0) return { id }
    const list = conflicts.join(',')
    return { id, error: `the following mutators have conflicting schemas: [${list}]` }
  }

  /** Removes a mutator by its id. */
  remove(id: string): void {
    this.schemas.remove(id)
    this.mutators = this.mutators.filter(each => each.id !== id)
    this.byShape.clear()
  }

  /** For each mutator that is skipped: whom it is in conflict with, itself among them. */
  conflicts(): ReadonlyMap<string, readonly string[]> {
    const skipped = this.mutators.filter(({ id }) => this.schemas.hasConflicts(id))
    return new Map(skipped.map(({ id }) => [id, this.schemas.conflictsOf(id)]))
  }

  /** Where the mutators read and write that an object of this kind may concern. */
  pathsFor(gvk: GroupVersionKind, operation: string): readonly Path[] {
    return this.candidates(gvk, operation).map(({ path }) => path)
  }

  /** Applies all mutators that match until nothing changes. */
  mutate(arrival: Arrival): Mutated {
    const subject = subjectOf(arrival)
    const candidates = this.candidates(subject.gvk, arrival.operation)
    const applied = new Set<Mutator>()
    const iterationsMax = this.mutators.length + 1
    let object: JsonObject = arrival.object
    for (let iterations = 1; iterations <= iterationsMax; iterations += 1) {
      const turn = iterate(candidates, subject, object)
      if (turn.error !== undefined) return { iterations, error: turn.error, applied: [...applied] }
      if (turn.object === object || sameGoValue(turn.object, object)) {
        if (iterations === 1) return { iterations: 0, applied: [] }
        return { iterations, object: asJson(object, applied), applied: [...applied] }
      }
      for (const mutator of turn.applied) applied.add(mutator)
      object = turn.object
    }
    return { iterations: iterationsMax, error: notConverging(subject), applied: [...applied] }
  }

  /** The mutators that an object of this kind may concern: a function of kind and operation. */
  private candidates(gvk: GroupVersionKind, operation: string): readonly Mutator[] {
    const shape = `${gvk.group}/${gvk.version} ${gvk.kind} ${operation}`
    let found = this.byShape.get(shape)
    if (found === undefined) {
      found = this.mutators.filter(
        ({ id, applyTo, match, isExternal }) =>
          isExternal !== true &&
          !this.schemas.hasConflicts(id) &&
          (applyTo === undefined || appliesTo(applyTo, gvk, operation)) &&
          matchesKind(match, gvk),
      )
      this.byShape.set(shape, found)
    }
    return found
  }
}

function asJson(object: JsonObject, applied: ReadonlySet<Mutator>): KubeObject {
  const isPlain = ![...applied].some(({ setsGoValues }) => setsGoValues === true)
  return (isPlain ? object : plainJson(object)) as KubeObject
}

/** The mutator of an object, or what is wrong with it. */
export function build(object: KubeObject): Mutator | string {
  const built = attempt(object)
  return built instanceof MutationError ? built.message : built
}

/** The field because of which an object is no mutator; undefined where no field alone is wrong. */
export function refusedField(object: KubeObject): string | undefined {
  const built = attempt(object)
  return built instanceof MutationError ? built.field : undefined
}

function attempt(object: KubeObject): Mutator | MutationError {
  const kind = mutatorKinds.find(each => each.kind === object.kind)
  if (kind === undefined) return new MutationError(`no mutator of kind ${object.kind}`)
  try {
    return kind.build(object)
  } catch (error) {
    if (error instanceof MutationError) return error
    throw error
  }
}

function byId(a: Mutator, b: Mutator): number {
  const namespace = ({ source }: Mutator): string => source.metadata.namespace ?? ''
  return (
    compareStrings(a.kind, b.kind) ||
    compareStrings(namespace(a), namespace(b)) ||
    compareStrings(a.name, b.name)
  )
}

interface Turn {
  readonly object: JsonObject
  readonly applied: readonly Mutator[]
  readonly error?: string
}

/** Every mutator once. */
function iterate(mutators: readonly Mutator[], subject: Subject, given: JsonObject): Turn {
  const applied: Mutator[] = []
  let object = given
  for (const mutator of mutators) {
    let isMatched = false
    try {
      if (!matchesObject(mutator.match, subject, object)) continue
      isMatched = true
      const set = setAtPath(mutator, object)
      if (set === undefined) continue
      object = set
      applied.push(mutator)
    } catch (error) {
      if (!(error instanceof MutationError)) throw error
      const what = isMatched ? `mutation ${mutationId}` : 'matching'
      const message = `${what} for mutator ${mutator.id} failed for ${subjectText(subject)}: ${error.message}`
      return { object, applied, error: message }
    }
  }
  return { object, applied }
}

function notConverging(subject: Subject): string {
  const what = `mutation ${mutationId} not converging for ${subjectText(subject)}`
  return `mutation not converging: ${what}`
}

function subjectText({ gvk, namespace, name, generateName }: Subject): string {
  return `${gvk.group} ${gvk.kind} ${namespace} ${name === '' ? generateName : name}`
}

function subjectOf({ object, namespace, source }: Arrival): Subject {
  const gvk = gvkOf(object)
  const metadata = objectAt(object, 'metadata')
  return {
    gvk,
    isNamespace: gvk.kind === 'Namespace' && gvk.group === '',
    name: textOf(metadata['name']),
    generateName: textOf(metadata['generateName']),
    namespace: textOf(metadata['namespace']),
    namespaceObject:
      namespace === undefined
        ? undefined
        : { name: namespace.metadata.name ?? '', labels: namespace.metadata.labels ?? {} },
    source,
  }
}

/** An apiVersion with two slashes leaves the object without group, version and kind. */
function gvkOf(object: JsonObject): GroupVersionKind {
  const kind = textOf(object['kind'])
  const parts = textOf(object['apiVersion']).split('/')
  const [first = '', second] = parts
  if (parts.length > 2) return { group: '', version: '', kind: '' }
  return second === undefined
    ? { group: '', version: first, kind }
    : { group: first, version: second, kind }
}
