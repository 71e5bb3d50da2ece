// What tools/conformance/vectors/<topic>.ts exports as `answer`, and as `comparable` if need be.

/** The twin's answer to one case; undefined when it has none for the family. */
export type Topic = (family: string, input: unknown) => unknown

/** Both sides without marks of the recorder, and in one order where upstream has none. */
export type Comparable = (recorded: unknown, got: unknown) => readonly [unknown, unknown]

/** What a topic's file exports. */
export interface TopicModule {
  readonly answer: Topic
  readonly comparable?: Comparable
  /** Takes the input of the family `bindings`, which the other cases of the recording refer to. */
  readonly prepare?: (input: unknown) => void
}
