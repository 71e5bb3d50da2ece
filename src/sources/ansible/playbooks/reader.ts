// What reading playbooks, roles and tasks share: the tree, the variables that names may use, the
// files being read.

import type { Location } from '../../../base/problem.ts'
import { evaluate } from '../templating/evaluate.ts'
import { Scope } from '../templating/scope.ts'
import { str } from '../templating/python/represent.ts'
import type { AnsibleVersion, Value } from '../values.ts'
import { PlaybookFailure } from './failure.ts'
import type { Attributes, Block, Play, Role, Task } from './model.ts'
import { includeRole } from './parse-role.ts'
import type { PlaybookSettings } from './settings.ts'
import type { PlaybookTree } from './tree.ts'
import { taskVars } from './task-vars.ts'

const depthMax = 60
/** A role may import other tasks of its own, but not again and again. */
const rolesMax = 8
const chainMax = 6

/** Hears of something wrong that is left out. */
export type OnFailure = (failure: PlaybookFailure) => void

export class Reader {
  readonly tree: PlaybookTree
  readonly extraVars: Attributes
  readonly settings: PlaybookSettings
  readonly #open: { readonly path: string; readonly places: readonly Location[] }[] = []
  readonly #names = new WeakMap<Task, string>()
  readonly #onFailure: OnFailure | undefined

  constructor(
    tree: PlaybookTree,
    extraVars: Attributes,
    { settings, onFailure }: { settings: PlaybookSettings; onFailure?: OnFailure | undefined },
  ) {
    this.tree = tree
    this.extraVars = extraVars
    this.settings = settings
    this.#onFailure = onFailure
  }

  /** Whether what is wrong is told and left out; else it ends the run. */
  get goesOn(): boolean {
    return this.#onFailure !== undefined
  }

  /** Tells of something wrong; ends the run where nobody listens. */
  report(failure: PlaybookFailure): void {
    if (this.#onFailure === undefined) throw failure
    failure.through.push(
      ...this.#open
        .map(({ places }) => places)
        .reverse()
        .flat(),
    )
    this.#onFailure(failure)
  }

  /** Does something; where it fails and the run goes on, that is told and `otherwise` holds. */
  attempt<T>(run: () => T, otherwise: T): T {
    try {
      return run()
    } catch (error) {
      if (this.#onFailure === undefined || !(error instanceof PlaybookFailure)) throw error
      this.report(error)
      return otherwise
    }
  }

  get version(): AnsibleVersion {
    return this.tree.version
  }

  /**
   * Reads a file or role that the first of the places asks for, the others being the way to it;
   * fails where files and roles bring one another without end.
   */
  within<T>(path: string, places: readonly [Location, ...Location[]], read: () => T): T {
    this.#assertEnds(path, places[0])
    this.#open.push({ path, places })
    try {
      return read()
    } catch (error) {
      if (error instanceof PlaybookFailure) error.through.push(...places)
      throw error
    } finally {
      this.#open.pop()
    }
  }

  #assertEnds(path: string, at: Location): void {
    const open = this.#open.map(each => each.path)
    const times = open.filter(each => each === path).length
    const isEndless = this.tree.isFile(path) ? times > 0 : times >= rolesMax
    if (!isEndless && open.length < depthMax) return
    const chain = [...open.slice(open.indexOf(path)), path]
    throw new PlaybookFailure(
      `files import one another without end: ${chain.slice(0, chainMax).join(' -> ')}`,
      4,
      at,
    )
  }

  /** The name in an import: it may use variables of plays, tasks and the command line. */
  staticName(task: Task, name: Value): string {
    const { version } = this
    const vars = new Map([...task.play.vars, ...taskVars(task), ...this.extraVars])
    const scope = new Scope({ get: each => vars.get(each), names: () => vars.keys() }, { version })
    const result = evaluate(name, scope)
    if ('value' in result) {
      const text = str(result.value)
      this.#names.set(task, text)
      return text
    }
    const why = 'error' in result ? result.error : result.unknown.join('; ')
    throw new PlaybookFailure(importError(str(name), why, version), 4, task.at)
  }

  /** Remembers the name that an include came to. */
  remember(task: Task, name: string): void {
    this.#names.set(task, name)
  }

  /** The name that an include or import came to, once it is read. */
  knownName(task: Task): string | undefined {
    return this.#names.get(task)
  }

  /** The roles of a play that were read from the same folder. */
  roleOf(play: Play, role: Role): Role[] {
    const known = play.rolesByPath.get(role.path) ?? []
    play.rolesByPath.set(role.path, known)
    return known
  }

  /** The blocks of a role that a task includes or imports. */
  includeRole(task: Task, vars: Attributes, isHandlers: boolean): readonly Block[] {
    return includeRole(this, task, vars, isHandlers)
  }
}

function importError(name: string, why: string, version: AnsibleVersion): string {
  if (version === '2.19') {
    const text = `Error when evaluating variable in import path '${name}'`
    return `${text}: ${why}\n\n${text}.`
  }
  const text =
    `Error when evaluating variable in import path: ${name}.\n\n` +
    'When using static imports, ensure that any variables used in their names are defined in ' +
    'vars/vars_files\nor extra-vars passed in from the command line. Static imports cannot use ' +
    'variables from facts or inventory\nsources like group or host vars.'
  return version === '2.16' ? text : `${text}. ${why}`
}
