// What modules give on hosts: nothing is known unless something is supplied.

import type { Scope } from '../templating/scope.ts'
import { Unknown } from '../templating/special.ts'
import { type Attributes, shortAction, type Task } from './model.ts'
import { type Result, resultOf } from './result.ts'

/** A module that would run on a host. */
export interface ModuleCall {
  readonly task: Task
  readonly host: string
  readonly args: Attributes
  readonly scope: Scope
  /** The variables of another host, for connections of delegated tasks. */
  readonly variablesOf: (host: string) => Scope
  /** The variables of the task with more over them. */
  readonly scopeWith: (more: Attributes) => Scope
  readonly delegatedTo: string | undefined
}

/** Says what a module gives; a result of its own for each call. */
export type Answers = (call: ModuleCall) => Result

/** Modules that give facts about the host. */
const gathering: ReadonlySet<string> = new Set(['setup', 'gather_facts'])

/** A result of which only the host knows what it holds; that the task succeeds is assumed. */
export function unknownResult({ task, host }: ModuleCall): Result {
  if (gathering.has(shortAction(task.action))) {
    const facts = new Unknown([`the facts of ${host}`], { isDefined: true })
    return resultOf({ changed: false, failed: false, ansible_facts: facts })
  }
  const unknown = new Unknown([`the result of ${task.action} on ${host}`])
  return resultOf({ changed: unknown, rc: unknown, failed: false, skipped: false, _open: unknown })
}
