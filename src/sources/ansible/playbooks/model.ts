// Plays, roles, blocks and tasks as they are read. Port of ansible-core 2.18 playbook/*.py: what
// the classes hold, not how they are read.

import type { Location } from '../../../base/problem.ts'
import type { Value } from '../values.ts'

export type Attributes = ReadonlyMap<string, Value>

let lastId = 0

/** A number that tells tasks apart; copies of one task share it. */
export function nextId(): number {
  lastId += 1
  return lastId
}

/** What a task or block may lie in. */
export type Parent = Block | Task

/** One entry of a list of tasks. */
export type Entry = Block | Task

/** Where a task stands and what stands around it. */
export interface Place {
  readonly play: Play
  readonly parent?: Parent | undefined
  readonly role?: Role | undefined
  readonly at: Location
}

export class Block {
  readonly kind = 'block'
  readonly play: Play
  readonly role: Role | undefined
  readonly at: Location
  readonly attributes: Attributes
  readonly vars: Attributes
  /** A list of tasks without a block of its own. */
  readonly isImplicit: boolean
  parent: Parent | undefined
  /** The roles that lead here, the outermost first. */
  depChain: readonly Role[] | undefined
  block: readonly Entry[] = []
  rescue: readonly Entry[] = []
  always: readonly Entry[] = []

  constructor(
    place: Place,
    parts: { attributes: Attributes; vars: Attributes; isImplicit: boolean },
  ) {
    this.play = place.play
    this.parent = place.parent
    this.role = place.role
    this.at = place.at
    this.attributes = parts.attributes
    this.vars = parts.vars
    this.isImplicit = parts.isImplicit
  }

  /** The same block with other entries. */
  with(entries: {
    block: readonly Entry[]
    rescue: readonly Entry[]
    always: readonly Entry[]
  }): Block {
    const copy = new Block(this, this)
    copy.depChain = this.depChain
    copy.block = entries.block
    copy.rescue = entries.rescue
    copy.always = entries.always
    return copy
  }

  hasTasks(): boolean {
    return this.block.length > 0 || this.rescue.length > 0 || this.always.length > 0
  }
}

export interface TaskParts {
  readonly action: string
  readonly args: ReadonlyMap<string, Value>
  readonly attributes: Attributes
  readonly vars: Attributes
  readonly loop?: { readonly with: string | undefined; readonly terms: Value } | undefined
  readonly isHandler?: boolean
  readonly isImplicit?: boolean
  readonly id?: number
}

export class Task {
  readonly kind = 'task'
  readonly id: number
  readonly play: Play
  readonly role: Role | undefined
  readonly at: Location
  readonly action: string
  readonly args: ReadonlyMap<string, Value>
  readonly attributes: Attributes
  readonly vars: Attributes
  readonly loop: { readonly with: string | undefined; readonly terms: Value } | undefined
  readonly isHandler: boolean
  readonly isImplicit: boolean
  parent: Parent | undefined
  /** Imports are part of the file that names them, includes are read while the play runs. */
  isStatic = false
  /** The name with its templates evaluated, once the task has started. */
  shownName: string | undefined
  /** The role that an include_role or import_role read. */
  includedRole: Role | undefined
  /** Names under which a handler also answers. */
  readonly notifiedHosts: string[] = []
  isNameEvaluated = false
  /** Why it is not known whether an include takes place, by host. */
  doubt: Map<string, readonly string[]> | undefined
  /** The tags with their templates evaluated, where a run has done so. */
  shownTags: readonly string[] | undefined

  constructor(place: Place, parts: TaskParts) {
    this.id = parts.id ?? nextId()
    this.play = place.play
    this.parent = place.parent
    this.role = place.role
    this.at = place.at
    this.action = parts.action
    this.args = parts.args
    this.attributes = parts.attributes
    this.vars = parts.vars
    this.loop = parts.loop
    this.isHandler = parts.isHandler ?? false
    this.isImplicit = parts.isImplicit ?? false
  }

  /** The parameters that stand without a name. */
  get rawParams(): Value | undefined {
    return this.args.get('_raw_params')
  }
}

/** Whether the entry is a task that brings others: include_tasks, import_role and the like. */
export function isInclude(entry: Entry | undefined): entry is Task {
  return (
    entry !== undefined && entry.kind === 'task' && includeActions.has(shortAction(entry.action))
  )
}

const includeActions: ReadonlySet<string> = new Set([
  'include_tasks',
  'import_tasks',
  'include_role',
  'import_role',
])

/** The name of an action of ansible.builtin without its collection. */
export function shortAction(action: string): string {
  return action.replace(/^ansible\.(?:builtin|legacy)\./, '')
}

export class Role {
  readonly name: string
  readonly path: string
  readonly attributes: Attributes
  readonly vars: Attributes
  /** Parameters that are no keywords: `{role: r, port: 1}`. */
  readonly params: Attributes
  readonly at: Location
  readonly parents: readonly Role[]
  defaults: Attributes = new Map()
  roleVars: Attributes = new Map()
  dependencies: readonly Role[] = []
  taskBlocks: readonly Block[] = []
  handlerBlocks: readonly Block[] = []
  allowsDuplicates = false
  isPublic = true
  readonly tookPartOn = new Set<string>()
  readonly completedOn = new Set<string>()
  /** Roles with the same value are the same for the rule that a role runs once per host. */
  identity = ''

  constructor(parts: {
    name: string
    path: string
    attributes: Attributes
    vars: Attributes
    params: Attributes
    at: Location
    parents: readonly Role[]
  }) {
    this.name = parts.name
    this.path = parts.path
    this.attributes = parts.attributes
    this.vars = parts.vars
    this.params = parts.params
    this.at = parts.at
    this.parents = parts.parents
  }
}

export class Play {
  readonly kind = 'play'
  readonly at: Location
  readonly attributes: Attributes
  readonly vars: Attributes
  readonly hosts: readonly string[]
  readonly name: string
  /** The folder of the playbook that the play stands in. */
  readonly folder: string
  /** Conditions of the import_playbook that brought it. */
  readonly conditions: readonly Value[]
  readonly roles: Role[] = []
  readonly rolesByPath = new Map<string, Role[]>()
  preTasks: readonly Block[] = []
  tasks: readonly Block[] = []
  postTasks: readonly Block[] = []
  roleEntries: readonly Role[] = []
  handlers: readonly Block[] = []

  constructor(parts: {
    at: Location
    attributes: Attributes
    vars: Attributes
    hosts: readonly string[]
    name: string
    folder: string
    conditions: readonly Value[]
  }) {
    this.at = parts.at
    this.attributes = parts.attributes
    this.vars = parts.vars
    this.hosts = parts.hosts
    this.name = parts.name
    this.folder = parts.folder
    this.conditions = parts.conditions
  }
}
