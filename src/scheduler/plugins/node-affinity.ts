// NodeAffinity follows nodeSelector and node affinity.
// Upstream: pkg/scheduler/framework/plugins/nodeaffinity, v1.36.3.

import type {
  NodeAffinity,
  NodeSelectorTerm,
  PreferredSchedulingTerm,
} from '../../kube/generated/types.ts'
import { sortedStrings } from '../../base/compare.ts'
import {
  actions,
  failed,
  type FilterPlugin,
  type Node,
  type PreFilterPlugin,
  type PreScorePlugin,
  type ScorePlugin,
  skip,
  stateKey,
  success,
  unresolvable,
} from '../framework.ts'
import {
  compileNodeSelector,
  compilePreferred,
  type NodeMatcher,
  type NodeScorer,
  requiredNodeAffinity,
} from '../node-affinity.ts'
import { normalizeToMax } from '../normalize.ts'

const reasons = {
  pod: "node(s) didn't match Pod's node affinity/selector",
  enforced: "node(s) didn't match scheduler-enforced node affinity",
  conflict: 'pod affinity terms conflict',
}
const rejectedByPod = unresolvable(reasons.pod)
const rejectedByProfile = unresolvable(reasons.enforced)
const conflicting = unresolvable(reasons.conflict)

const preScoreState = stateKey<NodeScorer>('PreScoreNodeAffinity')

interface Added {
  readonly required: NodeMatcher | undefined
  readonly preferred: NodeScorer | undefined
}

const noAdded: Added = { required: undefined, preferred: undefined }
const addedCache = new WeakMap<NodeAffinity, Added>()

/** The affinity that the profile adds to every pod. */
function addedOf(affinity: NodeAffinity | undefined): Added {
  if (affinity === undefined) return noAdded
  let added = addedCache.get(affinity)
  if (added === undefined) {
    const required = affinity.requiredDuringSchedulingIgnoredDuringExecution
    const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? []
    added = {
      required: required === undefined ? undefined : compileNodeSelector(required),
      preferred: preferred.length === 0 ? undefined : scorerOf(preferred),
    }
    addedCache.set(affinity, added)
  }
  return added
}

/** A profile's terms that are not valid score nothing: upstream would not start with them. */
function scorerOf(terms: readonly PreferredSchedulingTerm[]): NodeScorer | undefined {
  const compiled = compilePreferred(terms)
  return compiled.ok ? compiled.value : undefined
}

export const nodeAffinity = {
  name: 'NodeAffinity',
  doc: 'Rejects nodes that spec.nodeSelector or required node affinity excludes; scores preferences.',
  reasons,
  requeueOn: [
    {
      event: { resource: 'Node', actions: actions.add | actions.updateNodeLabel },
      hint: (pod, { oldObject, newObject }, { args }) => {
        const before = oldObject
        const after = newObject as Node
        const added = addedOf(args.nodeAffinity.addedAffinity)
        if (added.required !== undefined && !added.required(after)) return 'Skip'
        const matches = requiredNodeAffinity(pod)
        if (!matches(after)) return 'Skip'
        return before !== undefined && matches(before) ? 'Skip' : 'Queue'
      },
    },
  ],
  preFilter: (cycle, pod) => {
    const { affinity, nodeSelector } = pod.spec ?? {}
    const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    const added = addedOf(cycle.handle.args.nodeAffinity.addedAffinity)
    if (required === undefined && added.required === undefined && nodeSelector === undefined) {
      return { status: skip }
    }
    const nodeNames = namesOfTerms(required?.nodeSelectorTerms ?? [])
    if (nodeNames === undefined) return { status: success }
    if (nodeNames.length === 0) return { status: conflicting }
    return { status: success, nodeNames }
  },
  filter: (cycle, pod, { node }) => {
    const { required } = addedOf(cycle.handle.args.nodeAffinity.addedAffinity)
    if (required !== undefined && !required(node)) return rejectedByProfile
    return requiredNodeAffinity(pod)(node) ? success : rejectedByPod
  },
  preScore: (cycle, pod) => {
    const terms = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
    const { preferred } = addedOf(cycle.handle.args.nodeAffinity.addedAffinity)
    if (terms === undefined && preferred === undefined) return skip
    const own = compilePreferred(terms ?? [])
    if (!own.ok) return failed(own.error)
    const score = own.value
    cycle.write(
      preScoreState,
      preferred === undefined ? score : node => preferred(node) + score(node),
    )
    return success
  },
  score: (cycle, _pod, { node }) => cycle.read(preScoreState)?.(node) ?? 0,
  normalizeScores: (_cycle, _pod, _nodes, scores) => {
    normalizeToMax(scores, false)
    return success
  },
} satisfies PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin

/** The nodes that the terms name by field; undefined when a term names none, so that any may do. */
function namesOfTerms(terms: readonly NodeSelectorTerm[]): readonly string[] | undefined {
  if (terms.length === 0) return undefined
  const names = new Set<string>()
  for (const { matchFields = [] } of terms) {
    let ofTerm: readonly string[] | undefined
    for (const { key, operator, values = [] } of matchFields) {
      if (key !== 'metadata.name' || operator !== 'In') continue
      ofTerm = ofTerm === undefined ? values : ofTerm.filter(name => values.includes(name))
    }
    if (ofTerm === undefined) return undefined
    for (const name of ofTerm) names.add(name)
  }
  return sortedStrings(names)
}
