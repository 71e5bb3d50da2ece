// What a mutator or a mutation is refused with. It is thrown inside this folder and caught where
// the folder is entered, because upstream's checks sit deep in recursive walks.

/** The message is upstream's text. */
export class MutationError extends Error {
  /** The field of the mutator that is refused, where it is only one. */
  readonly field: string | undefined

  constructor(message: string, field?: string) {
    super(message)
    this.field = field
  }
}
