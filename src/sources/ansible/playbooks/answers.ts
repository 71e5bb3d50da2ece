// What modules give on hosts: nothing is known unless something is supplied.

import type { Scope } from '../templating/scope.ts'
import { Unknown } from '../templating/special.ts'
import type { Attributes, Task } from './model.ts'
import { type Result, resultOf } from './result.ts'

/** A module that would run on a host. */
export interface ModuleCall {
  readonly task: Task
  readonly host: string
  readonly args: Attributes
  readonly scope: Scope
  /** The variables of another host, for connections of delegated tasks. */
  readonly variablesOf: (host: string) => Scope
  readonly delegatedTo: string | undefined
}

/** Says what a module gives; a result of its own for each call. */
export type Answers = (call: ModuleCall) => Result

/** A result of which only the host knows what it holds. */
export function unknownResult({ task, host }: ModuleCall): Result {
  const reason = [`the result of ${task.action} on ${host}`]
  const unknown = new Unknown(reason)
  const fields = [
    'changed',
    'rc',
    'stdout',
    'stderr',
    'stdout_lines',
    'stderr_lines',
    'msg',
    'stat',
  ]
  return resultOf({
    ...Object.fromEntries(fields.map(field => [field, unknown])),
    failed: false,
  })
}
