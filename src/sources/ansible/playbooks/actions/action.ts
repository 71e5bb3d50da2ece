// The shape of an action that runs on the controller: arguments and variables to a result.

import type { Attributes, Task } from '../model.ts'
import type { Result } from '../result.ts'
import type { Scope } from '../../templating/scope.ts'
import type { Value } from '../../values.ts'
import type { PlaybookTree } from '../tree.ts'

export interface ActionContext {
  readonly task: Task
  readonly host: string
  readonly args: Attributes
  /** The variables of the task with those of the loop. */
  readonly scope: Scope
  /** A scope with more variables over these. */
  readonly scopeWith: (more: ReadonlyMap<string, Value>) => Scope
  readonly tree: PlaybookTree
}

export interface ControllerAction {
  readonly name: string
  readonly doc: string
  /** Runs for the first host only, whatever `run_once` says. */
  readonly isOncePerTask?: boolean
  readonly run: (context: ActionContext) => Result
}
