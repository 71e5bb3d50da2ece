// The typed reads that controllers and the scheduler make on a view. Upstream: client-go listers,
// v0.36.3.

import { compareStrings } from '../base/compare.ts'
import type { View } from '../engine/view.ts'
import { containsLabels, type Labels } from '../kube/label-selector.ts'
import { keyOf, type KubeObject } from '../kube/object.ts'
import type { Lister } from './framework.ts'
import {
  anyValue,
  labelIndexes,
  nodeNameIndex,
  orphanIndex,
  ownerIndex,
  pairValues,
  selectorIndexes,
} from './indexes.ts'

const listers = new WeakMap<View, Lister>()

/** The reads of a component on its own cache. */
export function listerOf(view: View): Lister {
  let lister = listers.get(view)
  if (lister === undefined) listers.set(view, (lister = newLister(view)))
  return lister
}

function newLister(view: View): Lister {
  return {
    get: (kind, key) => view.get(kind, key),
    list: (kind, namespace) => view.list(kind, namespace),
    ownedBy: (kind, uid) => view.indexed(kind, ownerIndex, uid),
    onNode: node => view.indexed('Pod', nodeNameIndex, node),
    orphans: (kind, namespace) => view.indexed(kind, orphanIndex, namespace),
    labelled: (kind, namespace, labels) => labelled(view, { kind, namespace, labels }) as never,
    maySelect: (kind, namespace, labels) => maySelect(view, { kind, namespace, labels }) as never,
  }
}

interface Wanted<Kind> {
  readonly kind: Kind
  readonly namespace: string
  readonly labels: Labels
}

type Labelled = Wanted<keyof typeof labelIndexes>
type Selecting = Wanted<keyof typeof selectorIndexes>

/** Of the objects that have the rarest of the labels, those that have the others too. */
function labelled(view: View, { kind, namespace, labels }: Labelled): readonly KubeObject[] {
  const index = labelIndexes[kind]
  const values = pairValues(namespace, labels)
  let fewest: readonly KubeObject[] | undefined
  for (const value of values) {
    const found = view.indexed(kind, index, value)
    if (fewest === undefined || found.length < fewest.length) fewest = found
  }
  if (fewest === undefined) return view.list(kind, namespace)
  if (values.length === 1) return fewest
  return fewest.filter(({ metadata }) => containsLabels(metadata.labels, labels))
}

function maySelect(view: View, { kind, namespace, labels }: Selecting): readonly KubeObject[] {
  const index = selectorIndexes[kind]
  let found = view.indexed(kind, index, anyValue(namespace))
  for (const value of pairValues(namespace, labels)) {
    const more = view.indexed(kind, index, value)
    if (found.length === 0) found = more
    else if (more.length > 0) found = [...found, ...more].sort(byKey)
  }
  return found
}

function byKey(a: KubeObject, b: KubeObject): number {
  return compareStrings(keyOf(a.metadata), keyOf(b.metadata))
}
