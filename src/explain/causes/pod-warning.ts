// What the kubelet and the volume controllers say about pods that have a node and do not get ready.

import type { Location } from '../../base/problem.ts'
import { lifeOf, refText } from '../../checks/life.ts'
import { listOf, podSpecOf, podSpecPath } from '../../trials/written.ts'
import { type ExplainContext, places } from '../context.ts'
import type { Incident } from '../incident.ts'
import type { Cause } from '../report.ts'
import type { CauseFinder } from './cause-finder.ts'

/** Said elsewhere: the scheduler's refusals have causes of their own. */
const toldElsewhere: ReadonlySet<string> = new Set(['FailedScheduling'])

/** Warnings that hold a pod back long after what set them off. */
const lasting: ReadonlySet<string> = new Set(['FailedAttachVolume'])

/** The last warning about a pod of the workload that has a node but does not serve. */
function lastWarning(
  context: ExplainContext,
  tells: (reason: string) => boolean,
): Cause | undefined {
  const { world, incident } = context
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
    if (entry.kind !== 'Pod' || !keys.has(entry.key) || !tells(entry.reason)) continue
    const { key: pod, reason, message, source } = entry
    const text = `pod ${pod} does not get ready: ${message} (${reason})`
    const locations = reason === 'FailedAttachVolume' ? claimPlaces(context) : []
    return { code: 'pod-warning', text, facts: { pod, reason, source }, locations, writers: [] }
  }
  return undefined
}

/** Where the pods of the workload ask for volumes that are attached. */
function claimPlaces(context: ExplainContext): readonly Location[] {
  const { written } = context
  if (written === undefined) return []
  const { kind } = written.object
  const volumes = listOf(podSpecOf(written.object)['volumes'])
  const paths = volumes.flatMap(({ persistentVolumeClaim }, index) =>
    persistentVolumeClaim === undefined
      ? []
      : [`${podSpecPath(kind)}.volumes[${index}].persistentVolumeClaim.claimName`],
  )
  return places(context, [...paths, 'spec.volumeClaimTemplates'])
}

/** Which warnings explain an incident; after a loss most are about the loss itself. */
function telling({ verdict, trial, open }: Incident): ((reason: string) => boolean) | undefined {
  if (verdict === 'rollout-stuck' || (verdict === 'down' && trial === 'install')) {
    return reason => !toldElsewhere.has(reason)
  }
  const lasts =
    verdict === 'drain-stuck' || verdict === 'quorum-lost' || (verdict === 'down' && open)
  return lasts ? reason => lasting.has(reason) : undefined
}

export const podWarning = {
  name: 'pod-warning',
  doc: 'Explains a stuck rollout or an outage by the last warning about a pod that is not ready.',
  find: context => {
    const tells = telling(context.incident)
    const cause = tells === undefined ? undefined : lastWarning(context, tells)
    return cause === undefined ? [] : [cause]
  },
} satisfies CauseFinder
