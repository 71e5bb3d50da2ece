// Two writers of one field that never agree: an operator that puts it back, and a mutator that
// takes the write back in the same request.

import type { Verdict } from '../../checks/verdict.ts'
import type { Pod } from '../../kube/generated/types.ts'
import { controllerOf } from '../../kube/object.ts'
import type { ExplainContext } from '../context.ts'
import { placeText } from '../context.ts'
import type { Cause } from '../report.ts'
import { mutatorsAt, mutatorText } from '../writers.ts'
import type { CauseFinder } from './cause-finder.ts'

export const twoWriters = {
  name: 'two-writers',
  doc: 'Names both writers of a field that neither lets the other have.',
  find: context => {
    const fight = context.incident.verdicts.find(
      ({ verdict, reason }) => verdict === 'loop' && reason === 'WritesUndone',
    )
    return fight === undefined ? tiesReplaced(context) : [causeOf(context, fight)]
  },
} satisfies CauseFinder

const tie = ['affinity.nodeAffinity'] as const

/** One of the pods that are there at the end. */
function podUnder({ world, incident, workload }: ExplainContext): Pod | undefined {
  const pods = world.store.list('Pod', incident.object.namespace)
  const uid = workload?.metadata.uid
  return pods.find(({ metadata }) => controllerOf(metadata)?.uid === uid) as Pod | undefined
}

/**
 * A DaemonSet ties each pod to a node by its affinity. A mutator that replaces it lets the pod land
 * anywhere: beside the one that is there, or on no node at all.
 */
function tiesReplaced(context: ExplainContext): readonly Cause[] {
  const { verdict, object } = context.incident
  if (object.kind !== 'DaemonSet' || (verdict !== 'loop' && verdict !== 'churn')) return []
  const pod = podUnder(context)
  const mutators = pod === undefined ? [] : mutatorsAt({ ...context, pod }, tie)
  if (mutators.length === 0) return []
  const names = mutators.map(({ text }) => text)
  return [
    {
      code: 'tie-replaced',
      text:
        `the affinity that ties each of its pods to a node is replaced by ${names.join(' and ')}: pods ` +
        'land beside others, are removed, and are made again',
      facts: { mutators: mutators.map(({ name }) => name) },
      locations: mutators.flatMap(({ place }) => place ?? []),
      writers: [],
    },
  ]
}

function causeOf({ platform, making }: ExplainContext, fight: Verdict): Cause {
  const { writers = [], field: path = '' } = fight
  const [operator = '', ...names] = writers
  const mutators = names.flatMap(each => {
    const [kind = '', name = ''] = each.split(' ')
    return [mutatorText(platform, kind, name)]
  })
  const resource = making?.resource
  const { kind = '', metadata } = resource?.object ?? {}
  const at = resource?.locate('metadata.name')
  const owner = resource === undefined ? '' : ` (${kind} ${metadata?.name ?? ''}, ${placeText(at)})`
  const others =
    mutators.length === 0 ? 'a mutator' : mutators.map(({ text }) => text).join(' and ')
  return {
    code: 'two-writers',
    text:
      `${operator}${owner} puts ${path} back whenever it looks, and ${others} changes it again ` +
      'before it is stored',
    facts: { operator, path, hands: writers },
    locations: [at, ...mutators.map(({ place }) => place)].flatMap(place => place ?? []),
    writers: [],
  }
}
