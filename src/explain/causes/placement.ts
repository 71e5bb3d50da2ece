// Why no node takes a pod: the scheduler's verdict per node, grouped by plugin, with its numbers.
// Each cause names the constraint in the user's file and what would have to be different.

import { unschedulableTopic, type UnschedulableNote } from '../../scheduler/notes.ts'
import type { ExplainContext } from '../context.ts'
import type { Cause } from '../report.ts'
import type { CauseFinder } from './cause-finder.ts'
import { listText } from './cause-finder.ts'
import { fromPodAffinity } from './pod-affinity.ts'
import { fromNodeAffinity } from './node-affinity.ts'
import { fromResources, fromSpread, fromTaints } from './node-constraints.ts'

/** Nodes that one plugin refused for the same reasons. */
export interface Rejection {
  readonly plugin: string
  readonly reasons: readonly string[]
  readonly nodes: readonly string[]
}

type Explainer = (context: ExplainContext, rejection: Rejection) => Cause | undefined

const explainers: Readonly<Record<string, Explainer>> = {
  InterPodAffinity: fromPodAffinity,
  NodeAffinity: fromNodeAffinity,
  NodeResourcesFit: fromResources,
  NodeUnschedulable: (_context, { nodes }) => cordoned(nodes),
  PodTopologySpread: fromSpread,
  TaintToleration: fromTaints,
}

/** The scheduler's last word about the pod in this run. */
function lastNote({ world, incident, pod }: ExplainContext): UnschedulableNote | undefined {
  if (pod === undefined) return undefined
  const { namespace, name } = pod.metadata
  const key = `${namespace}/${name}`
  const { traceLength } = world
  for (let index = traceLength - 1; index >= 0; index -= 1) {
    const entry = world.traceAt(index)
    if (entry.type !== 'note' || entry.topic !== unschedulableTopic) continue
    const note = entry.data as UnschedulableNote
    if (note.pod === key) return note
    if (entry.atMs < incident.atMs) return undefined
  }
  return undefined
}

function cordoned(nodes: readonly string[]): Cause {
  const be = nodes.length === 1 ? 'is' : 'are'
  return {
    code: 'node-cordoned',
    text: `${listText(nodes)} ${be} cordoned (spec.unschedulable)`,
    facts: { nodes },
    locations: [],
    writers: [],
  }
}

/** What the plugin said, for plugins without an explainer of their own. */
function plain({ plugin, reasons, nodes }: Rejection): Cause {
  return {
    code: `rejected-by-${plugin}`,
    text: `${listText(nodes)}: ${reasons.join(', ')} (${plugin})`,
    facts: { plugin, nodes, reasons },
    locations: [],
    writers: [],
  }
}

export const placement = {
  name: 'placement',
  doc: 'Explains a pod without a node, constraint by constraint.',
  find: context => {
    const note = lastNote(context)
    if (note === undefined) return []
    return note.rejections.map(rejection => {
      const explain = explainers[rejection.plugin]
      return explain?.(context, rejection) ?? plain(rejection)
    })
  },
} satisfies CauseFinder
