// What admission records of a mutation: who wrote into an object that its author did not.

/** Topic of the notes that carry a MutationNote. */
export const mutationTopic = 'gatekeeper-mutation'

export interface MutationNote {
  readonly kind: string
  readonly namespace: string | undefined
  /** Empty while the server has not made a name from `generateName`. */
  readonly name: string
  readonly generateName: string
  /** In the order in which they were first applied. */
  readonly mutators: readonly {
    readonly kind: string
    readonly name: string
    /** Where it writes: `spec.affinity.nodeAffinity`. */
    readonly location: string
  }[]
}
