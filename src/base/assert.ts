// Assertions: a failed one means the program is wrong, never that the user's input is.

/** The program broke one of its own invariants; the CLI turns it into exit status 5. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Throws AssertionError unless `condition` holds; `message` states what must be true. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Throws AssertionError: for hot paths, which test for themselves. */
export function fail(message: string): never {
  throw new AssertionError(message)
}

/** Ends a switch over a union: unreachable when every member has its case. */
export function assertNever(value: never): never {
  throw new AssertionError(`unexpected member: ${JSON.stringify(value)}`)
}
