// What admission records of a mutation: who wrote into an object that its author did not.

import type { AdmissionContext, ObjectRequest } from '../apiserver/admission.ts'
import { changedPaths } from '../kube/changed-paths.ts'
import type { KubeObject } from '../kube/object.ts'

/** Topic of the notes that carry a MutationNote. */
export const mutationTopic = 'mutation'

/** One place that a mutator writes. */
export interface MutatorPlace {
  /** Of the object that says so: `Assign`, `MutatingAdmissionPolicy`. */
  readonly kind: string
  /** Of webhooks the name of the webhook, not of its configuration. */
  readonly name: string
  /** Where it writes: `spec.affinity.nodeAffinity`. */
  readonly location: string
}

export interface MutationNote {
  readonly kind: string
  readonly namespace: string | undefined
  /** Empty while the server has not made a name from `generateName`. */
  readonly name: string
  readonly generateName: string
  /** In the order in which they were first applied. */
  readonly mutators: readonly MutatorPlace[]
}

/** Records who wrote where in the object of a request. */
export function noteMutation(
  context: Pick<AdmissionContext, 'note'>,
  { resource, object }: Pick<ObjectRequest, 'resource' | 'object'>,
  mutators: readonly MutatorPlace[],
): void {
  const { name = '', generateName = '', namespace } = object.metadata
  const note: MutationNote = { kind: resource.key, namespace, name, generateName, mutators }
  context.note?.(mutationTopic, note)
}

/** A place for every field that differs. */
export function placesOf(
  { kind, name }: Omit<MutatorPlace, 'location'>,
  before: KubeObject,
  after: KubeObject,
): readonly MutatorPlace[] {
  return changedPaths(before, after).map(location => ({ kind, name, location }))
}
