// Answers gatekeeper-mutation vectors with src/admission/gatekeeper/.

import { MutationSystem } from '../../../src/admission/gatekeeper/system.ts'
import type { KubeObject } from '../../../src/kube/object.ts'
import type { Topic } from './topic.ts'

interface Input {
  readonly mutators: readonly KubeObject[]
  readonly object: KubeObject
  readonly namespace: KubeObject | null
  readonly operation: string
  readonly source: string
}

export const answer: Topic = (_family, given) => {
  const { mutators, object, namespace, operation, source } = given as Input
  const system = new MutationSystem()
  const upserts = mutators.map(mutator => system.upsert(mutator))
  const conflicts = system.conflicts()
  const arrival = { object, namespace: namespace ?? undefined, operation, source }
  const { iterations, object: result, error } = system.mutate(arrival)
  return {
    upserts,
    ...(conflicts.size > 0 && { conflicts: Object.fromEntries(conflicts) }),
    iterations,
    mutated: result !== undefined,
    ...(result !== undefined && { object: result }),
    ...(error !== undefined && { error }),
  }
}
