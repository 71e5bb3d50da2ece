// What include_tasks and include_role bring while a play runs. Port of ansible-core 2.18
// playbook/included_file.py and plugins/strategy/__init__.py _load_included_file.

import { evaluate } from '../templating/evaluate.ts'
import { str } from '../templating/python/represent.ts'
import { isList, type Value } from '../values.ts'
import { type ItemResult, unknownOf } from './execute.ts'
import { PlaybookFailure } from './failure.ts'
import { type Attributes, type Block, shortAction, Task } from './model.ts'
import { applied } from './parse-role.ts'
import { findTasks, parseBlocks } from './parse-tasks.ts'
import { placesAbove } from './places.ts'
import type { Reader } from './reader.ts'
import { hasFlag, type Result } from './result.ts'
import type { VariableStore } from './variables.ts'

/** One file or role that an include brings to some hosts. */
export interface Included {
  readonly task: Task
  /** The path of a file, or the name of a role. */
  readonly name: string
  readonly isRole: boolean
  readonly args: Attributes
  readonly vars: Attributes
  readonly item: Value | undefined
  readonly hosts: string[]
  /** Why it is not known whether the include takes place, by host. */
  readonly doubt: Map<string, readonly string[]>
}

/** The result of an include on a host. */
export interface IncludeResult {
  readonly host: string
  readonly task: Task
  readonly result: Result
  readonly items: readonly ItemResult[] | undefined
}

/** Gathers the hosts of equal includes. */
export function gatherIncludes(
  results: readonly IncludeResult[],
  reader: Reader,
  store: VariableStore,
): Included[] {
  const found: Included[] = []
  for (const { host, task, result, items } of results) {
    if (hasFlag(result, 'failed')) continue
    const each = items ?? [{ label: undefined, vars: new Map<string, Value>(), result }]
    for (const { label: item, vars, result: own } of each) {
      if (!own.has('_include') || hasFlag(own, 'skipped') || hasFlag(own, 'failed')) continue
      const include = includeOf(
        { host, task, result: own, items: undefined },
        { vars, item, reader, store },
      )
      const same = found.find(other => isSame(other, include) && !other.hosts.includes(host))
      if (same === undefined) {
        include.hosts.push(host)
        found.push(include)
      } else {
        same.hosts.push(host)
        for (const [each, reasons] of include.doubt) same.doubt.set(each, reasons)
      }
    }
  }
  return found
}

function isSame(a: Included, b: Included): boolean {
  return a.task.id === b.task.id && a.task.parent === b.task.parent && keyOf(a) === keyOf(b)
}

const keys = new WeakMap<Included, string>()

// Its doubts may grow, but not from none.
function keyOf(include: Included): string {
  const known = keys.get(include) ?? newKey(include)
  keys.set(include, known)
  return known
}

function newKey({ name, args, vars, doubt }: Included): string {
  const text = (map: Attributes): string =>
    [...map].map(([key, value]) => `${key}=${safeText(value)}`).join('\n')
  return `${name}\n${text(args)}\n${text(vars)}\n${doubt.size > 0}`
}

function safeText(value: Value): string {
  try {
    return str(value)
  } catch {
    return '?'
  }
}

interface Situation {
  readonly vars: Attributes
  readonly item: Value | undefined
  readonly reader: Reader
  readonly store: VariableStore
}

function includeOf(
  { host, task, result }: IncludeResult,
  { vars, item, reader, store }: Situation,
): Included {
  const special = specialVars(vars)
  if (shortAction(task.action) === 'include_tasks') {
    const name = includeName({ host, task, result, items: undefined }, vars, store)
    reader.remember(task, name)
    return {
      task,
      name: findTasks(reader, task, name),
      isRole: false,
      args: new Map(),
      vars: special,
      item,
      hosts: [],
      doubt: doubtOn(host, result),
    }
  }
  const scope = store.scope(task.play, host, task, vars)
  const args = new Map<string, Value>()
  for (const [key, value] of task.args) {
    if (key === 'apply') {
      args.set(key, value)
      continue
    }
    const evaluated = evaluate(value, scope)
    if ('value' in evaluated) args.set(key, evaluated.value)
    else if ('error' in evaluated) throw new PlaybookFailure(evaluated.error, 1, task.at)
    else args.set(key, value)
  }
  const name = str(args.get('name') ?? args.get('role') ?? '')
  return {
    task,
    name,
    isRole: true,
    args,
    vars: special,
    item,
    hosts: [],
    doubt: doubtOn(host, result),
  }
}

function doubtOn(host: string, result: Result): Map<string, readonly string[]> {
  const reasons = unknownOf(result)
  return new Map(reasons === undefined ? [] : [[host, reasons] as const])
}

// Where the condition is not known, the name may be known nevertheless.
function includeName(
  { host, task, result }: IncludeResult,
  vars: Attributes,
  store: VariableStore,
): string {
  const known = result.get('include')
  if (known !== undefined) return str(known)
  const name = task.args.get('_raw_params') ?? task.args.get('file') ?? null
  const evaluated = evaluate(name, store.scope(task.play, host, task, vars))
  return 'value' in evaluated ? str(evaluated.value) : ''
}

// The loop variable and what belongs to it reach the tasks that are brought.
function specialVars(vars: Attributes): Attributes {
  const special = new Map<string, Value>()
  const loop = vars.get('ansible_loop_var')
  if (loop === undefined) return special
  for (const name of [str(loop), 'ansible_loop_var', 'ansible_index_var', 'ansible_loop']) {
    const value = vars.get(name)
    if (value !== undefined) special.set(name, value)
  }
  const index = vars.get('ansible_index_var')
  if (index !== undefined) special.set(str(index), vars.get(str(index)) ?? null)
  return special
}

/** Includes in includes deeper than that have no end. */
const depthMax = 60

function depthOf(task: Task): number {
  let depth = 0
  for (let node: Task | Block | undefined = task; node !== undefined; node = node.parent) {
    if (node.kind === 'task') depth += 1
  }
  return depth
}

/** Reads what an include brings. */
export function readInclude(included: Included, reader: Reader): readonly Block[] {
  const { task, isRole, name, args, vars } = included
  if (depthOf(task) > depthMax) {
    throw new PlaybookFailure(`files include one another without end: ${name}`, 1, task.at)
  }
  const copy = new Task(task, {
    action: task.action,
    args: isRole ? args : task.args,
    attributes: task.attributes,
    vars: new Map([...task.vars, ...vars]),
    loop: task.loop,
    isHandler: task.isHandler,
    id: task.id,
  })
  copy.doubt = included.doubt
  reader.remember(copy, reader.knownName(task) ?? name)
  if (isRole) return reader.includeRole(copy, new Map(), false)
  // A file that cannot be named brings nothing that could be told.
  if (included.doubt.size > 0 && !reader.tree.isFile(name)) return []
  if (!reader.tree.isFile(name)) {
    throw new PlaybookFailure(
      `Could not find or access '${name}' on the Ansible Controller.`,
      1,
      task.at,
    )
  }
  const list = reader.tree.load(name)
  if (list === null) return []
  if (!isList(list)) {
    throw new PlaybookFailure('included task files must contain a list of tasks', 1, task.at)
  }
  return reader.within(name, [task.at, ...placesAbove(task)], () =>
    parseBlocks(reader, list, {
      play: task.play,
      parent: applied(copy),
      role: task.role,
      isHandlers: task.isHandler,
      file: name,
    }),
  )
}
