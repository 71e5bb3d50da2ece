// Which objects a rule is about. Upstream: kyverno v1.19.1 pkg/engine/utils/match.go and
// pkg/utils/{match,kube}.

import type { LabelSelector } from '../../kube/generated/types.ts'
import { type Labels, selectorMatches } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/object.ts'
import { globMatches } from './pattern.ts'

export interface ResourceDescription {
  readonly kinds?: readonly string[]
  readonly name?: string
  readonly names?: readonly string[]
  readonly namespaces?: readonly string[]
  readonly annotations?: Labels
  readonly selector?: LabelSelector
  readonly namespaceSelector?: LabelSelector
  readonly operations?: readonly string[]
}

export interface ResourceFilter {
  readonly resources?: ResourceDescription
}

/** Of `any` one must match, of `all` every one; without both, the filter itself. */
export interface MatchResources extends ResourceFilter {
  readonly any?: readonly ResourceFilter[]
  readonly all?: readonly ResourceFilter[]
}

/** A request as rules look at it. */
export interface Incoming {
  readonly object: KubeObject
  readonly namespaceLabels: Labels
  /** `CREATE` or `UPDATE`. */
  readonly operation: string
}

export function isMatched(
  match: MatchResources,
  exclude: MatchResources | undefined,
  incoming: Incoming,
): boolean {
  const { any = [], all = [] } = match
  const holds = (filter: ResourceFilter): boolean => filterHolds(filter, incoming)
  let matched = holds(match)
  if (any.length > 0) matched = any.some(holds)
  else if (all.length > 0) matched = all.every(holds)
  if (!matched || exclude === undefined) return matched
  if ((exclude.any ?? []).length > 0) return !(exclude.any ?? []).some(holds)
  if ((exclude.all ?? []).length > 0) return !(exclude.all ?? []).every(holds)
  return !holds(exclude)
}

/** An empty filter matches nothing. */
function filterHolds({ resources }: ResourceFilter, incoming: Incoming): boolean {
  if (resources === undefined || Object.keys(resources).length === 0) return false
  const { kinds = [], names = [], namespaces = [], operations = [] } = resources
  const { metadata } = incoming.object
  const { name = '', generateName = '' } = metadata
  const known = name === '' ? generateName : name
  const isNamespace = incoming.object.kind === 'Namespace'
  const namespace = isNamespace ? name : (metadata.namespace ?? '')
  const oneOf = (patterns: readonly string[], text: string): boolean =>
    patterns.length === 0 || patterns.some(pattern => globMatches(pattern, text))
  return (
    (operations.length === 0 || operations.includes(incoming.operation)) &&
    (kinds.length === 0 || kinds.some(kind => isKind(kind, incoming.object))) &&
    oneOf(resources.name === undefined ? [] : [resources.name], known) &&
    oneOf(names, known) &&
    oneOf(namespaces, namespace) &&
    annotationsHold(resources.annotations, metadata.annotations) &&
    (resources.selector === undefined || selectorMatches(resources.selector, metadata.labels)) &&
    (resources.namespaceSelector === undefined ||
      (!isNamespace && selectorMatches(resources.namespaceSelector, incoming.namespaceLabels)))
  )
}

function annotationsHold(wanted: Labels = {}, given: Labels = {}): boolean {
  return Object.entries(wanted).every(([key, value]) =>
    Object.entries(given).some(
      ([name, text]) => globMatches(key, name) && globMatches(value, text),
    ),
  )
}

/** `Pod`, `v1/Pod`, `apps/v1/Deployment`, with `*` and `?`; subresources are not modelled. */
function isKind(selector: string, { apiVersion, kind }: KubeObject): boolean {
  const parts = selector.split('/')
  const wanted = parts.at(-1) ?? ''
  const [version = '*', group = '*'] = parts.slice(0, -1).reverse()
  const [givenGroup, givenVersion] = apiVersion.includes('/')
    ? apiVersion.split('/')
    : ['', apiVersion]
  return (
    globMatches(group, givenGroup ?? '') &&
    globMatches(version, givenVersion ?? '') &&
    globMatches(wanted, kind)
  )
}
