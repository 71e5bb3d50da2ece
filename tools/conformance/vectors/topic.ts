// What tools/conformance/vectors/<topic>.ts exports as `answer`, and as `comparable` if need be.

/** The twin's answer to one case; undefined when it has none for the family. */
export type Topic = (family: string, input: unknown) => unknown

/** Both sides without marks of the recorder, and in one order where upstream has none. */
export type Comparable = (recorded: unknown, got: unknown) => readonly [unknown, unknown]
