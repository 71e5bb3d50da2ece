// The match criteria of a mutator. Port of gatekeeper v3.23.1 pkg/mutation/match/match.go.

import { goQuote } from '../../kube/go-text.ts'
import type { LabelSelector } from '../../kube/generated/types.ts'
import { type Labels, matches as selects, selectorOf } from '../../kube/label-selector.ts'
import { isObject, type JsonObject } from '../../kube/patch/json.ts'
import type { GroupVersionKind } from './apply-to.ts'
import { MutationError } from './mutation-error.ts'
import { listOf, objectAt, textOf, textsOf } from './mutator.ts'
import { wildcardMatches, wildcardMatchesGenerateName } from './wildcard.ts'

/** spec.match; an empty or absent criterion matches everything. */
export interface Match {
  readonly source: string
  readonly kinds: readonly {
    readonly groups: readonly string[]
    readonly kinds: readonly string[]
  }[]
  readonly scope: string
  readonly namespaces: readonly string[]
  readonly excludedNamespaces: readonly string[]
  readonly labelSelector: LabelSelector | undefined
  readonly namespaceSelector: LabelSelector | undefined
  readonly name: string
}

/** The object to match; what a mutation cannot change is read once. */
export interface Subject {
  readonly gvk: GroupVersionKind
  readonly isNamespace: boolean
  readonly name: string
  readonly generateName: string
  /** metadata.namespace, empty when there is none. */
  readonly namespace: string
  /** The Namespace object that it is in. */
  readonly namespaceObject: { readonly name: string; readonly labels: Labels } | undefined
  /** `Original`, `Generated`, or empty when nobody said. */
  readonly source: string
}

export function matchOf(spec: unknown): Match {
  const match = objectAt(spec)
  return {
    source: textOf(match['source']),
    kinds: listOf(match['kinds']).map(entry => {
      const { apiGroups, kinds } = objectAt(entry)
      return { groups: textsOf(apiGroups), kinds: textsOf(kinds) }
    }),
    scope: textOf(match['scope']),
    namespaces: textsOf(match['namespaces']),
    excludedNamespaces: textsOf(match['excludedNamespaces']),
    labelSelector: isObject(match['labelSelector']) ? match['labelSelector'] : undefined,
    namespaceSelector: isObject(match['namespaceSelector'])
      ? match['namespaceSelector']
      : undefined,
    name: textOf(match['name']),
  }
}

/** The criterion that depends on the kind alone. */
export function matchesKind({ kinds }: Match, { group, kind }: GroupVersionKind): boolean {
  const covers = (names: readonly string[], name: string): boolean =>
    names.length === 0 || names.includes('*') || names.includes(name)
  return (
    kinds.length === 0 ||
    kinds.some(entry => covers(entry.kinds, kind) && covers(entry.groups, group))
  )
}

/** All other criteria in upstream's order; throws a MutationError where one cannot be evaluated. */
export function matchesObject(match: Match, subject: Subject, object: JsonObject): boolean {
  return (
    matchesScope(match, subject) &&
    matchesNamespaces(match, subject) &&
    selectsLabels(match.labelSelector, () => labelsOf(object)) &&
    matchesNamespaceSelector(match, subject, object) &&
    matchesName(match, subject) &&
    matchesSource(match, subject)
  )
}

function failed(why: string): MutationError {
  return new MutationError(`failed to run Match criteria: ${why}`)
}

function matchesScope({ scope }: Match, subject: Subject): boolean {
  const hasNamespace = subject.namespace !== '' || subject.namespaceObject !== undefined
  if (scope === 'Cluster') return subject.isNamespace || !hasNamespace
  if (scope === 'Namespaced') return !subject.isNamespace && hasNamespace
  return true
}

function matchesNamespaces({ namespaces, excludedNamespaces }: Match, subject: Subject): boolean {
  if (namespaces.length === 0 && excludedNamespaces.length === 0) return true
  const name = subject.isNamespace
    ? subject.name
    : (subject.namespaceObject?.name ?? subject.namespace)
  // A cluster-scoped object is not excluded by what it does not have.
  const unknown = !subject.isNamespace && subject.namespaceObject === undefined && name === ''
  if (unknown) return true
  const fits = (wildcard: string): boolean => wildcardMatches(wildcard, name)
  if (namespaces.length > 0 && !namespaces.some(fits)) return false
  return !excludedNamespaces.some(fits)
}

function selectsLabels(selector: LabelSelector | undefined, labels: () => Labels): boolean {
  if (selector === undefined) return true
  const parsed = selectorOf(selector)
  if (!parsed.ok) throw failed(parsed.error)
  return selects(parsed.value, labels())
}

function matchesNamespaceSelector(match: Match, subject: Subject, object: JsonObject): boolean {
  const { namespaceSelector: selector } = match
  const { isNamespace, namespaceObject, namespace } = subject
  if (selector === undefined) return true
  if (isNamespace) return selectsLabels(selector, () => labelsOf(object))
  if (namespaceObject === undefined && namespace === '') return true
  return selectsLabels(selector, () => {
    if (namespaceObject !== undefined) return namespaceObject.labels
    throw failed('namespace selector for namespace-scoped object but missing Namespace')
  })
}

function matchesName({ name }: Match, subject: Subject): boolean {
  return (
    name === '' ||
    wildcardMatches(name, subject.name) ||
    wildcardMatchesGenerateName(name, subject.generateName)
  )
}

const sources: readonly string[] = ['All', 'Generated', 'Original']

function matchesSource({ source: given }: Match, subject: Subject): boolean {
  const wanted = given === '' ? 'All' : given
  if (!sources.includes(wanted)) throw failed(`invalid source field ${goQuote(wanted)}`)
  if (wanted === 'All') return true
  if (subject.source === '') {
    throw failed(`source field not specified for resource ${subject.name}`)
  }
  if (!sources.includes(subject.source)) {
    throw failed(`invalid source field ${goQuote(subject.source)}`)
  }
  return wanted === subject.source
}

const noLabels: Labels = {}

/** metadata.labels; none when one of them is no text. */
function labelsOf(object: JsonObject): Labels {
  const labels = objectAt(object, 'metadata', 'labels')
  for (const key in labels) {
    if (typeof labels[key] !== 'string') return noLabels
  }
  return labels as Labels
}
