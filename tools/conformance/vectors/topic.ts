// What tools/conformance/vectors/<topic>.ts exports as `answer`.

/** The twin's answer to one case; undefined when it has none for the family. */
export type Topic = (family: string, input: unknown) => unknown
