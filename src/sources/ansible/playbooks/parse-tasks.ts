// Lists of tasks: blocks, tasks, includes; imports are read at once. Port of ansible-core 2.18
// playbook/helpers.py, block.py, task.py, task_include.py, role_include.py.

import type { Location } from '../../../base/problem.ts'
import { folderOf, joinPath } from '../files.ts'
import { isList, isMapping, type Mapping, type Value } from '../values.ts'
import { str } from '../templating/python/represent.ts'
import { PlaybookFailure } from './failure.ts'
import { blockKeywords, taskKeywords } from './keywords.ts'
import {
  type Attributes,
  Block,
  type Entry,
  isInclude,
  type Parent,
  type Place,
  type Play,
  type Role,
  shortAction,
  Task,
} from './model.ts'
import { parseAction } from './parse-args.ts'
import type { Reader } from './reader.ts'

export interface ListPlace {
  readonly play: Play
  readonly parent?: Parent | undefined
  readonly role?: Role | undefined
  readonly isHandlers: boolean
  /** The file that the list stands in. */
  readonly file: string
}

/** Reads a list of tasks; neighbours without a block share one. */
export function parseBlocks(reader: Reader, list: Value, place: ListPlace): Block[] {
  if (list === null) return []
  if (!isList(list)) {
    throw new PlaybookFailure(`A malformed block was encountered while loading tasks`, 4, {
      file: place.file,
    })
  }
  const blocks: Block[] = []
  let run: Value[] = []
  const close = (): void => {
    const [first] = run
    if (first === undefined) return
    const at = reader.tree.locate(first, place.file)
    const block = new Block(placeOf(place, at), {
      attributes: new Map(),
      vars: new Map(),
      isImplicit: true,
    })
    block.block = parseEntries(reader, run, { ...place, parent: block })
    blocks.push(block)
    run = []
  }
  for (const item of list) {
    if (isBlock(item)) {
      close()
      blocks.push(...reader.attempt(() => [parseBlock(reader, item, place)], []))
    } else run.push(item)
  }
  close()
  return blocks
}

function placeOf({ play, parent, role }: ListPlace, at: Location): Place {
  return { play, parent, role, at }
}

function isBlock(item: Value): item is Mapping {
  return isMapping(item) && ['block', 'rescue', 'always'].some(key => item.has(key))
}

function parseBlock(reader: Reader, item: Mapping, place: ListPlace): Block {
  const at = reader.tree.locate(item, place.file)
  const { attributes, vars } = attributesOf(item, blockKeywords, 'Block', at)
  const block = new Block(placeOf(place, at), { attributes, vars, isImplicit: false })
  const inner = { ...place, parent: block }
  const part = (name: string): readonly Entry[] => {
    const list = item.get(name)
    if (list === undefined || list === null) return []
    if (isList(list)) return parseEntries(reader, list, inner)
    throw new PlaybookFailure(`A malformed block was encountered while loading ${name}`, 4, at)
  }
  block.block = part('block')
  block.rescue = part('rescue')
  block.always = part('always')
  return block
}

/** Keywords and variables of a mapping; a key that is none is an error. */
export function attributesOf(
  item: Mapping,
  keywords: ReadonlySet<string>,
  kind: string,
  at: Location,
): { attributes: Attributes; vars: Attributes } {
  const attributes = new Map<string, Value>()
  for (const [key, value] of item) {
    const name = str(key)
    if (!keywords.has(name) && !(kind === 'Handler' && name === 'listen')) {
      throw new PlaybookFailure(`'${name}' is not a valid attribute for a ${kind}`, 4, at)
    }
    if (name !== 'vars') attributes.set(name, value)
  }
  return { attributes, vars: varsOf(item.get('vars'), at) }
}

/** Variables by name: a mapping, or a list of mappings. */
export function varsOf(value: Value | undefined, at: Location): Attributes {
  if (value === undefined || value === null) return new Map()
  const maps = isList(value) ? value : [value]
  const vars = new Map<string, Value>()
  for (const map of maps) {
    if (!isMapping(map)) {
      throw new PlaybookFailure(
        'Vars in a Task must be specified as a dictionary, or a list of dictionaries',
        4,
        at,
      )
    }
    for (const [key, each] of map) vars.set(str(key), each)
  }
  return vars
}

function parseEntries(reader: Reader, list: readonly Value[], place: ListPlace): Entry[] {
  const none: readonly Entry[] = []
  return list.flatMap(item => reader.attempt(() => parseEntry(reader, item, place), none))
}

function parseEntry(reader: Reader, item: Value, place: ListPlace): readonly Entry[] {
  const at = reader.tree.locate(item, place.file)
  if (item === null) return []
  if (!isMapping(item)) {
    throw new PlaybookFailure(
      `The list of tasks must contain dictionaries, not ${str(item)}`,
      4,
      at,
    )
  }
  if (isBlock(item)) return [parseBlock(reader, item, place)]
  const task = parseTask(reader, item, placeOf(place, at), place.isHandlers)
  return includes(reader, task, place)
}

/** Reads one task. */
export function parseTask(reader: Reader, item: Mapping, place: Place, isHandler: boolean): Task {
  const { at } = place
  const { modules } = reader.tree
  const { action, args, delegateTo } = parseAction(item, at, { isHandler, modules })
  const attributes = new Map<string, Value>()
  let loop: { with: string | undefined; terms: Value } | undefined
  for (const [key, value] of item) {
    const name = str(key)
    if (name.startsWith('with_')) loop = { with: name.slice(5), terms: value }
    else if (name === 'loop') loop = { with: undefined, terms: value }
    else if (taskKeywords.has(name) || name === 'listen') attributes.set(name, value)
  }
  for (const own of ['args', 'action', 'local_action', 'vars']) attributes.delete(own)
  if (delegateTo !== undefined) attributes.set('delegate_to', delegateTo)
  return new Task(place, {
    action,
    args,
    attributes,
    vars: varsOf(item.get('vars'), at),
    loop,
    isHandler,
  })
}

// Imports become the blocks that they bring, includes stay tasks.
function includes(reader: Reader, task: Task, place: ListPlace): readonly Entry[] {
  const short = shortAction(task.action)
  if (short === 'include') throw removedInclude(reader, task)
  if (short === 'import_tasks') return importTasks(reader, task, place)
  if (short === 'import_role') {
    refuseLoop(task)
    task.isStatic = true
    return reader.includeRole(task, new Map(), place.isHandlers)
  }
  return [task]
}

function removedInclude({ tree }: Reader, { at }: Task): PlaybookFailure {
  const why =
    'has been removed. Use include_tasks or import_tasks instead. This feature was removed'
  const when = 'from ansible-core in a release after 2023-05-16.'
  if (tree.version === '2.19') {
    const plugin = "The 'ansible.builtin.include' action plugin"
    return new PlaybookFailure(`${plugin} ${why} ${when}`, 1, at)
  }
  if (tree.version === '2.16') {
    const text = `[DEPRECATED]: ansible.builtin.include ${why} ${when} Please update your playbooks.`
    return new PlaybookFailure(text, 1, at)
  }
  return new PlaybookFailure(
    "this task 'include' has extra params, which is only allowed in the following modules: " +
      'include_tasks, group_by, set_fact, raw, import_tasks, win_shell, shell, win_command, command, ' +
      'script, include_vars, include_role, meta, import_role, add_host',
    4,
    at,
  )
}

function refuseLoop(task: Task): void {
  if (task.loop === undefined) return
  const short = shortAction(task.action)
  throw new PlaybookFailure(
    `You cannot use loops on '${task.action}' statements. You should use '${short.replace('import', 'include')}' instead.`,
    4,
    task.at,
  )
}

function importTasks(reader: Reader, task: Task, place: ListPlace): readonly Entry[] {
  refuseLoop(task)
  task.isStatic = true
  const name = reader.staticName(task, fileNameOf(task))
  const path = findTasks(reader, task, name)
  if (!reader.tree.exists(path)) throw reader.tree.notFound(shownPath(task, path))
  return reader.within(path, [task.at], () => {
    const list = reader.tree.load(path)
    if (list === null) return []
    if (!isList(list)) {
      throw new PlaybookFailure(`included task files must contain a list of tasks`, 4, task.at)
    }
    return parseBlocks(reader, list, { ...place, parent: task, file: path })
  })
}

/** The file that an include or import of tasks names. */
export function fileNameOf(task: Task): Value {
  return task.args.get('_raw_params') ?? task.args.get('file') ?? null
}

// Errors tell a path as it was written where the playbook is not in a folder of its own.
function shownPath(task: Task, path: string): string {
  const base = task.play.folder
  return base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path
}

/** The file of an include or import: beside the files that lead here, in the role, by the playbook. */
export function findTasks(reader: Reader, task: Task, name: string): string {
  const base = task.play.folder
  const folder = task.isHandler ? 'handlers' : 'tasks'
  let cumulative: string | undefined
  let parent = task.parent
  while (parent !== undefined) {
    if (!isInclude(parent)) {
      parent = parent.parent
      continue
    }
    const own = folderOfInclude(reader, parent)
    if (cumulative === undefined) cumulative = own
    else if (!cumulative.startsWith('/')) cumulative = joinPath(own, cumulative)
    const path = task.role?.path
    const search =
      path === undefined
        ? { base, path: base, folder: cumulative, name }
        : { base, path: joinPath(joinPath(path, folder), cumulative), folder, name }
    const found = reader.tree.relative(search)
    if (reader.tree.isFile(found)) return found
    parent = parent.parent
  }
  if (task.role === undefined) return joinPath(base, name)
  return reader.tree.relative({ base, path: task.role.path, folder, name })
}

function folderOfInclude(reader: Reader, include: Task): string {
  if (shortAction(include.action).endsWith('role')) return include.includedRole?.path ?? ''
  const name = fileNameOf(include)
  return typeof name === 'string' ? folderOf(reader.knownName(include) ?? name) : ''
}

/** The roles that lead to a task, for roles that it includes. */
export function parentsOf(task: Task): readonly Role[] {
  return task.role === undefined ? [] : [...task.role.parents, task.role]
}
