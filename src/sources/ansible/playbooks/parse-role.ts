// Roles: where they lie, what their folders hold, what they depend on. Port of ansible-core 2.18
// playbook/role/definition.py, include.py, metadata.py, __init__.py and playbook/role_include.py.

import type { Location } from '../../../base/problem.ts'
import { folderOf, joinPath, normalPath } from '../files.ts'
import { isList, isMapping, isTruthy, type Mapping, type Value } from '../values.ts'
import { repr, str } from '../templating/python/represent.ts'
import { PlaybookFailure } from './failure.ts'
import { roleKeywords, roleOptions } from './keywords.ts'
import { type Attributes, Block, type Play, Role, Task } from './model.ts'
import { parseBlocks, parentsOf, varsOf } from './parse-tasks.ts'
import type { Reader } from './reader.ts'

/** How a role is asked for. */
export interface RoleRequest {
  readonly play: Play
  readonly at: Location
  /** The file that names it, for `./name` and for roles beside a role. */
  readonly folder: string | undefined
  readonly parents: readonly Role[]
  readonly from?: {
    readonly tasks?: string
    readonly vars?: string
    readonly defaults?: string
    readonly handlers?: string
  }
  readonly isInclude?: boolean
  readonly isPublic?: boolean
  readonly allowsDuplicates?: boolean
}

/** Reads the role that an entry of `roles:` or of dependencies names. */
export function parseRole(reader: Reader, entry: Value, request: RoleRequest): Role {
  const { at } = request
  const { name, attributes, vars, params } = definition(entry, at)
  const shown = reader.staticName(
    new Task(
      { play: request.play, at },
      { action: 'import_role', args: new Map(), attributes: new Map(), vars },
    ),
    name,
  )
  const path = findRole(reader, shown, request)
  const role = new Role({
    // A role that is named by its whole path goes by the last part of it.
    name: path === normalPath(shown) && shown.includes('/') ? nameOf(shown) : shown,
    path,
    attributes,
    vars,
    params,
    at,
    parents: request.parents,
  })
  return readRole(reader, role, request)
}

function nameOf(shown: string): string {
  return shown.includes('/') ? shown.slice(shown.lastIndexOf('/') + 1) : shown
}

function definition(
  entry: Value,
  at: Location,
): {
  name: Value
  attributes: Attributes
  vars: Attributes
  params: Attributes
} {
  if (!isMapping(entry)) {
    return { name: entry, attributes: new Map(), vars: new Map(), params: new Map() }
  }
  const name = entry.get('role') ?? entry.get('name')
  if (name === undefined || name === null) {
    throw new PlaybookFailure('role definitions must contain a role name', 1, at)
  }
  const attributes = new Map<string, Value>()
  const params = new Map<string, Value>()
  for (const [key, value] of entry) {
    const each = str(key)
    if (each === 'vars' || each === 'role' || (each === 'name' && !entry.has('role'))) continue
    if (roleKeywords.has(each)) attributes.set(each, value)
    else params.set(each, value)
  }
  return { name, attributes, vars: varsOf(entry.get('vars'), at), params }
}

function findRole(reader: Reader, name: string, { play, folder, at }: RoleRequest): string {
  const beside = folder === undefined ? [] : [folder]
  const { rolesPath } = reader.settings
  const places = [joinPath(play.folder, 'roles'), ...rolesPath, ...beside, play.folder]
  const path = [...places.map(place => joinPath(place, name)), name]
    .map(normalPath)
    .find(each => reader.tree.files.isFolder(each))
  if (path !== undefined) return path
  const searched = [
    'roles',
    '$ANSIBLE_HOME/roles',
    '/usr/share/ansible/roles',
    '/etc/ansible/roles',
    '.',
  ]
  throw new PlaybookFailure(`the role '${name}' was not found in ${searched.join(':')}`, 1, at)
}

function readRole(reader: Reader, role: Role, request: RoleRequest): Role {
  return reader.within(role.path, [request.at], () => {
    role.isPublic = request.isPublic ?? true
    role.identity = identityOf(role, request)
    const known = reader.roleOf(request.play, role)
    const { from = {} } = request
    role.defaults = variables(reader, role, 'defaults', from.defaults)
    role.roleVars = variables(reader, role, 'vars', from.vars)
    readMeta(reader, role, request)
    if (request.allowsDuplicates !== undefined) role.allowsDuplicates = request.allowsDuplicates
    role.handlerBlocks = blocks(reader, role, request, 'handlers')
    role.taskBlocks = blocks(reader, role, request, 'tasks')
    known.push(role)
    return role
  })
}

// Two entries are the same role where name, path, parameters, conditions and tags are equal.
function identityOf(role: Role, { from, isInclude }: RoleRequest): string {
  const pairs = (map: Attributes): string => repr(new Map<Value, Value>(map))
  return [
    role.path,
    pairs(role.params),
    repr(role.attributes.get('when') ?? null),
    repr(role.attributes.get('tags') ?? null),
    JSON.stringify(from ?? {}),
    pairs(role.vars),
    String(isInclude === true),
  ].join('\n')
}

function variables(
  reader: Reader,
  role: Role,
  kind: 'defaults' | 'vars',
  from: string | undefined,
): Attributes {
  const folder = joinPath(role.path, kind)
  const single = reader.tree.main(folder, from)
  const paths = single === undefined ? mainFolder(reader, folder, from) : [single]
  const all = new Map<string, Value>()
  for (const path of paths) {
    const value = reader.attempt(() => reader.tree.load(path), null)
    if (value === null) continue
    if (!isMapping(value)) {
      throw new PlaybookFailure(
        `The ${kind}/main.yml file for role '${role.name}' must contain a dictionary of variables`,
        4,
        { file: path, line: 1 },
      )
    }
    for (const [name, each] of value) all.set(str(name), each)
  }
  return all
}

// `vars/main/` may be a folder of files.
function mainFolder(reader: Reader, folder: string, from: string | undefined): readonly string[] {
  const path = normalPath(joinPath(folder, from ?? 'main'))
  if (!reader.tree.files.isFolder(path)) return []
  return reader.tree.files
    .list(path)
    .filter(name => !name.startsWith('.') && /\.(?:ya?ml|json)$/.test(name))
    .map(name => joinPath(path, name))
}

function readMeta(reader: Reader, role: Role, request: RoleRequest): void {
  const path = reader.tree.main(joinPath(role.path, 'meta'), undefined)
  if (path === undefined) return
  const meta = reader.tree.load(path)
  if (meta === null || !isMapping(meta)) return
  role.allowsDuplicates = isTruthy(meta.get('allow_duplicates') ?? false)
  const entries = meta.get('dependencies')
  if (entries === undefined || entries === null || !isList(entries)) return
  role.dependencies = entries.flatMap((entry, index) => {
    const dependency = {
      play: request.play,
      at: reader.tree.locateItem(entries, index, path),
      folder: folderOf(role.path),
      parents: [...request.parents, role],
      isPublic: role.isPublic,
    }
    return reader.attempt(() => [parseRole(reader, entry, dependency)], [])
  })
}

function blocks(
  reader: Reader,
  role: Role,
  { play, from = {}, isInclude }: RoleRequest,
  kind: 'tasks' | 'handlers',
): readonly Block[] {
  const wanted = from[kind]
  const path = reader.tree.main(joinPath(role.path, kind), wanted)
  if (path === undefined) {
    if (wanted === undefined || isInclude !== true) return []
    throw new PlaybookFailure(
      `Could not find specified file in role: ${kind}/${wanted}`,
      1,
      role.at,
    )
  }
  const list = reader.tree.load(path)
  const place = { play, role, isHandlers: kind === 'handlers', file: path }
  const own = parseBlocks(reader, list, place)
  const validation =
    kind === 'tasks' ? validationOf(reader, role, play, wanted ?? 'main') : undefined
  return validation === undefined ? own : prepended(validation, own)
}

// The task stands before those of the role, in their block where they share one.
function prepended(task: Task, blocks: readonly Block[]): readonly Block[] {
  const [first, ...rest] = blocks
  if (first?.isImplicit === true) {
    task.parent = first
    first.block = [task, ...first.block]
    return blocks
  }
  const block = new Block(task, { attributes: new Map(), vars: new Map(), isImplicit: true })
  task.parent = block
  block.block = [task]
  return first === undefined ? [block] : [block, first, ...rest]
}

// A role that says what arguments it takes has them checked first.
function validationOf(reader: Reader, role: Role, play: Play, entry: string): Task | undefined {
  const folder = joinPath(role.path, 'meta')
  const path = ['argument_specs.yml', 'argument_specs.yaml', 'argument_specs.json']
    .map(name => joinPath(folder, name))
    .find(each => reader.tree.isFile(each))
  const file = path ?? reader.tree.main(folder, undefined)
  if (file === undefined) return undefined
  const value = reader.tree.load(file)
  const specs = value !== null && isMapping(value) ? value.get('argument_specs') : undefined
  const spec = specs !== undefined && isMapping(specs) ? specs.get(entry) : undefined
  if (spec === undefined || !isMapping(spec) || spec.size === 0) return undefined
  const short = spec.get('short_description')
  const end = short === undefined ? '' : ` - ${str(short)}`
  const name = `Validating arguments against arg spec '${entry}'${end}`
  return new Task(
    // The engine tells the place of the play for a task that nobody wrote.
    { play, role, at: play.at },
    {
      action: 'ansible.builtin.validate_argument_spec',
      args: new Map(),
      attributes: new Map<string, Value>([
        ['name', name],
        ['tags', ['always']],
      ]),
      vars: new Map(),
    },
  )
}

/** The blocks of a role with those of its dependencies before them. */
export function compileRole(
  role: Role,
  play: Play,
  depChain: readonly Role[] = [],
): readonly Block[] {
  const chain = [...depChain, role]
  const before = role.dependencies.flatMap(each => compileRole(each, play, chain))
  for (const block of role.taskBlocks) block.depChain = chain
  return [...before, ...role.taskBlocks, endOfRole(role, play, chain)]
}

// A hidden task at the end notes that the role ran.
function endOfRole(role: Role, play: Play, chain: readonly Role[]): Block {
  const block = new Block(
    { play, role, at: role.at },
    { attributes: new Map<string, Value>([['when', []]]), vars: new Map(), isImplicit: true },
  )
  block.depChain = chain
  const task = new Task(
    { play, role, parent: block, at: role.at },
    {
      action: 'meta',
      args: new Map([['_raw_params', 'role_complete']]),
      attributes: new Map<string, Value>([['tags', ['always']]]),
      vars: new Map(),
      isImplicit: true,
    },
  )
  block.block = [task]
  return block
}

/** The handlers of a role and of all it depends on. */
export function handlersOf(role: Role, depChain: readonly Role[] = []): readonly Block[] {
  const chain = [...depChain, role]
  const before = role.dependencies.flatMap(each => handlersOf(each, chain))
  for (const block of role.handlerBlocks) block.depChain = chain
  return [...before, ...role.handlerBlocks]
}

/** Reads the role that a task includes or imports, and puts its blocks below the task. */
export function includeRole(
  reader: Reader,
  task: Task,
  vars: Attributes,
  isHandlers: boolean,
): readonly Block[] {
  const option = (name: string): Value | undefined => vars.get(name) ?? task.args.get(name)
  const name = option('name') ?? option('role')
  // What is imported is public by itself; 2.16 minds who says so.
  const unfit = ['apply', ...(reader.tree.version === '2.16' ? ['public'] : [])]
  for (const key of task.args.keys()) {
    if (!roleOptions.has(key) || (task.isStatic && unfit.includes(key))) {
      throw new PlaybookFailure(`Invalid options for ${task.action}: ${key}`, 4, task.at)
    }
  }
  if (name === undefined) {
    throw new PlaybookFailure(`'name' is a required field for ${task.action}.`, 4, task.at)
  }
  const text = (key: string): string | undefined => {
    const value = option(key)
    return value === undefined ? undefined : nameOf(str(value))
  }
  const from: Record<string, string> = {}
  for (const kind of ['tasks', 'vars', 'defaults', 'handlers']) {
    const value = text(`${kind}_from`)
    if (value !== undefined) from[kind] = value.replace(/\.ya?ml$/, '')
  }
  const { play } = task
  const isPublic = task.isStatic || isTruthy(option('public') ?? false)
  const role = parseRole(reader, withVars(name, task.vars), {
    play,
    at: task.at,
    folder: task.role === undefined ? undefined : folderOf(task.role.path),
    parents: parentsOf(task),
    from,
    isInclude: true,
    isPublic,
    allowsDuplicates: isTruthy(option('allow_duplicates') ?? true),
  })
  task.includedRole = role
  if (isPublic) play.roles.push(role)
  const parent = applied(task)
  const compiled = compileRole(role, play, role.parents)
  for (const block of compiled) block.parent = parent
  const handlers = handlersOf(role, role.parents)
  for (const block of handlers) block.parent = parent
  play.handlers = [...play.handlers, ...handlers]
  return isHandlers ? [] : compiled
}

function withVars(name: Value, vars: Attributes): Mapping {
  return new Map<Value, Value>([
    ['role', name],
    ['vars', new Map<Value, Value>(vars)],
  ])
}

/** The block that `apply` makes of an include, or the include itself. */
export function applied(task: Task): Task | Block {
  const apply = task.args.get('apply')
  if (apply === undefined || !isMapping(apply)) return task
  const attributes = new Map<string, Value>()
  for (const [key, value] of apply) if (key !== 'vars') attributes.set(str(key), value)
  return new Block(
    { play: task.play, parent: task, role: task.role, at: task.at },
    { attributes, vars: varsOf(apply.get('vars'), task.at), isImplicit: true },
  )
}
