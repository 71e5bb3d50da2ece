// NodeAffinity follows nodeSelector and node affinity.
// Upstream: pkg/scheduler/framework/plugins/nodeaffinity, v1.36.3.

import type { NodeSelectorTerm } from '../../kube/generated/types.ts'
import { sortedStrings } from '../../base/compare.ts'
import {
  compilePreferredTerms,
  matchesRequiredNodeAffinity,
  matchRequiredNodeAffinity,
  matchNodeSelector,
  preferredScore,
} from '../../kube/node-affinity.ts'
import {
  actions,
  type CycleState,
  failed,
  type FilterPlugin,
  type Node,
  type Pod,
  type PreFilterPlugin,
  type PreFilterResult,
  type PreScorePlugin,
  type ScorePlugin,
  skip,
  type Status,
  stateKey,
  success,
  unresolvable,
} from '../framework.ts'
import { normalizeToMax } from '../normalize.ts'
import type { PluginArgs } from '../plugin-args.ts'

const reasons = {
  pod: "node(s) didn't match Pod's node affinity/selector",
  enforced: "node(s) didn't match scheduler-enforced node affinity",
  conflict: 'pod affinity terms conflict',
}
const rejectedByPod = unresolvable(reasons.pod)
const rejectedByProfile = unresolvable(reasons.enforced)
const conflicting = unresolvable(reasons.conflict)

type Preferred = Parameters<typeof preferredScore>[0]

const preScoreState = stateKey<Preferred>('PreScoreNodeAffinity')
const skipped: PreFilterResult = { status: skip }
const passed: PreFilterResult = { status: success }

/** Whether a node passes what the profile adds to every pod. */
function passesAdded({ addedAffinity }: PluginArgs['nodeAffinity'], node: Node): boolean {
  const required = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required === undefined || matchNodeSelector(required, node).match
}

export const nodeAffinity = {
  name: 'NodeAffinity',
  doc: 'Rejects nodes that spec.nodeSelector or required node affinity excludes; scores preferences.',
  reasons,
  requeueOn: [
    {
      event: { resource: 'Node', actions: actions.add | actions.updateNodeLabel },
      hint: ({ spec }, { oldObject: before, newObject: after }, { args }) => {
        if (after === undefined || !passesAdded(args.nodeAffinity, after)) return 'Skip'
        const { match, error } = matchRequiredNodeAffinity(spec, after)
        if (!match) return error === undefined ? 'Skip' : 'Queue'
        return before !== undefined && matchesRequiredNodeAffinity(spec, before) ? 'Skip' : 'Queue'
      },
    },
  ],
  preFilter: (cycle, pod) => {
    const { affinity, nodeSelector } = pod.spec ?? {}
    const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    const { addedAffinity } = cycle.handle.args.nodeAffinity
    const added = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    if (required === undefined && added === undefined && nodeSelector === undefined) {
      return skipped
    }
    const nodeNames = namesOfTerms(required?.nodeSelectorTerms ?? [])
    if (nodeNames === undefined) return passed
    if (nodeNames.length === 0) return { status: conflicting }
    return { status: success, nodeNames }
  },
  filter: (cycle, pod, { node }) => {
    if (!passesAdded(cycle.handle.args.nodeAffinity, node)) return rejectedByProfile
    return matchesRequiredNodeAffinity(pod.spec, node) ? success : rejectedByPod
  },
  preScore: (cycle, pod) => {
    const preferred = preferredTerms(cycle, pod)
    if (preferred === undefined) return skip
    if ('code' in preferred) return preferred
    cycle.write(preScoreState, preferred)
    return success
  },
  score: (cycle, pod, { node }) => {
    // Where PreScore is disabled, each node computes what it would have left.
    const preferred = cycle.read(preScoreState) ?? preferredTerms(cycle, pod) ?? []
    return 'code' in preferred ? preferred : preferredScore(preferred, node)
  },
  normalizeScores: (_cycle, _pod, _nodes, scores) => {
    normalizeToMax(scores, false)
    return success
  },
} satisfies PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin

/** Terms of profile and pod; undefined when there are none. */
function preferredTerms(cycle: CycleState, pod: Pod): Preferred | Status | undefined {
  const own = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
  const { addedAffinity } = cycle.handle.args.nodeAffinity
  const added = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  if (own === undefined && added.length === 0) return undefined
  const ofPod = compilePreferredTerms(own ?? [])
  if (!ofPod.ok) return failed(ofPod.error)
  // A profile whose terms are not valid does not start, so what is wrong here scores nothing.
  const ofProfile = compilePreferredTerms(added)
  return ofProfile.ok ? [...ofProfile.terms, ...ofPod.terms] : ofPod.terms
}

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
