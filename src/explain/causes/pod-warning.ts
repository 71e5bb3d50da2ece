// What the kubelet and the volume controllers say about pods that have a node and do not get ready.

import { lifeOf, refText } from '../../checks/life.ts'
import type { ExplainContext } from '../context.ts'
import type { Cause } from '../report.ts'
import type { CauseFinder } from './cause-finder.ts'

/** Said elsewhere: the scheduler's refusals have causes of their own. */
const toldElsewhere: ReadonlySet<string> = new Set(['FailedScheduling'])

/** The last warning about a pod of the workload that has a node but does not serve. */
function lastWarning({ world, incident }: ExplainContext): Cause | undefined {
  const name = refText(incident.object)
  const unready = lifeOf(world).pods.filter(
    ({ workload, boundMs, goneMs, serving }) =>
      workload !== undefined &&
      refText(workload) === name &&
      boundMs !== undefined &&
      goneMs === undefined &&
      serving.at(-1)?.toMs !== Infinity,
  )
  const keys = new Set(unready.map(({ key }) => key))
  for (let index = world.traceLength - 1; index >= 0; index -= 1) {
    const entry = world.traceAt(index)
    if (entry.type !== 'event' || entry.eventType !== 'Warning') continue
    if (entry.kind !== 'Pod' || !keys.has(entry.key) || toldElsewhere.has(entry.reason)) continue
    const { key: pod, reason, message, source } = entry
    const text = `pod ${pod} does not get ready: ${message} (${reason})`
    return { code: 'pod-warning', text, facts: { pod, reason, source }, locations: [], writers: [] }
  }
  return undefined
}

export const podWarning = {
  name: 'pod-warning',
  doc: 'Explains a stuck rollout or an outage by the last warning about a pod that is not ready.',
  find: context => {
    const { verdict, trial } = context.incident
    // After a loss the warnings are about the loss itself, which is no news.
    if (verdict !== 'rollout-stuck' && !(verdict === 'down' && trial === 'install')) return []
    const cause = lastWarning(context)
    return cause === undefined ? [] : [cause]
  },
} satisfies CauseFinder
