// Playbooks: plays with their roles and lists of tasks, and imports of other playbooks. Port of
// ansible-core 2.18 playbook/__init__.py, play.py, playbook_include.py.

import type { Location } from '../../../base/problem.ts'
import { folderOf, joinPath } from '../files.ts'
import { typeName } from '../inventory/type-name.ts'
import { isList, isMapping, isTruthy, type Mapping, type Value } from '../values.ts'
import { str } from '../templating/python/represent.ts'
import { PlaybookFailure } from './failure.ts'
import { playKeywords } from './keywords.ts'
import { Block, Play, Task } from './model.ts'
import { compileRole, handlersOf, parseRole } from './parse-role.ts'
import { parsePairs } from './parse-args.ts'
import { parseBlocks, varsOf } from './parse-tasks.ts'
import type { Reader } from './reader.ts'

interface Inherited {
  readonly conditions: readonly Value[]
  readonly vars: ReadonlyMap<string, Value>
  readonly tags: readonly Value[]
}

const nothing: Inherited = { conditions: [], vars: new Map(), tags: [] }

/** Reads all plays of a playbook and of those that it imports. */
export function parsePlaybook(reader: Reader, path: string, outer: Inherited = nothing): Play[] {
  const list = reader.tree.load(path)
  if (list === null || (isList(list) && list.length === 0)) {
    throw new PlaybookFailure(`A playbook must contain at least one play: ${path}`, 4, {
      file: path,
    })
  }
  if (!isList(list)) {
    const type = className(list, reader)
    throw new PlaybookFailure(
      `A playbook must be a list of plays, got a <class '${type}'> instead: ${path}`,
      4,
      { file: path, line: 1 },
    )
  }
  return list.flatMap(entry => reader.attempt(() => parseEntry(reader, entry, path, outer), []))
}

function parseEntry(reader: Reader, entry: Value, path: string, outer: Inherited): Play[] {
  const at = reader.tree.locate(entry, path)
  if (!isMapping(entry)) {
    throw new PlaybookFailure(
      "playbook entries must be either valid plays or 'import_playbook' statements",
      4,
      at,
    )
  }
  const name = ['import_playbook', 'ansible.builtin.import_playbook'].find(key => entry.has(key))
  if (name !== undefined) return importPlaybook(reader, entry, { name, path, at, outer })
  return [parsePlay(reader, entry, { path, at, outer })]
}

function className(value: Value, { version }: Reader): string {
  const name = typeName(value, version)
  if (version === '2.19') return `ansible.module_utils._internal._datatag.${name}`
  return `ansible.parsing.yaml.objects.${name}`
}

interface Import {
  readonly name: string
  readonly path: string
  readonly at: Location
  readonly outer: Inherited
}

function importPlaybook(reader: Reader, entry: Mapping, { name, path, at, outer }: Import): Play[] {
  const line = entry.get(name)
  const given = typeof line === 'string' ? parsePairs(line) : new Map<string, Value>()
  const vars = new Map([...outer.vars, ...varsOf(entry.get('vars'), at)])
  const file = reader.staticName(
    dummyTask(entry, path, at, vars),
    given.get('_raw_params') ?? line ?? null,
  )
  const target = joinPath(folderOf(path), file)
  const when = listOf(entry.get('when'))
  const tags = listOf(entry.get('tags'))
  if (!reader.tree.isFile(target)) throw reader.tree.notFound(file)
  return reader.within(target, [at], () =>
    parsePlaybook(reader, target, {
      conditions: [...when, ...outer.conditions],
      vars,
      tags: [...outer.tags, ...tags],
    }),
  )
}

// Names of imported playbooks may use the variables of the import.
function dummyTask(
  entry: Mapping,
  path: string,
  at: Location,
  vars: ReadonlyMap<string, Value>,
): Task {
  const play = new Play({
    at,
    attributes: new Map(),
    vars,
    hosts: [],
    name: str(entry.get('name') ?? ''),
    folder: folderOf(path),
    conditions: [],
  })
  return new Task(
    { play, at },
    { action: 'import_playbook', args: new Map(), attributes: new Map(), vars: new Map() },
  )
}

function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return []
  return isList(value) ? value : [value]
}

interface PlayPlace {
  readonly path: string
  readonly at: Location
  readonly outer: Inherited
}

function parsePlay(reader: Reader, entry: Mapping, { path, at, outer }: PlayPlace): Play {
  const attributes = new Map<string, Value>()
  for (const [key, value] of entry) {
    const name = str(key)
    if (!playKeywords.has(name)) {
      throw new PlaybookFailure(`'${name}' is not a valid attribute for a Play`, 4, at)
    }
    if (name !== 'vars') attributes.set(name, value)
  }
  const hosts = hostsOf(reader, entry, at)
  if (outer.tags.length > 0) {
    attributes.set('tags', [...listOf(attributes.get('tags')), ...outer.tags])
  }
  if (outer.conditions.length > 0) attributes.set('when', outer.conditions)
  const given = entry.get('name')
  const play = new Play({
    at,
    attributes,
    vars: new Map([...varsOf(entry.get('vars'), at), ...outer.vars]),
    hosts,
    name: given === undefined || given === null ? hosts.join(',') : str(given),
    folder: folderOf(path),
    conditions: outer.conditions,
  })
  fill(reader, play, entry, path)
  return play
}

function hostsOf(reader: Reader, entry: Mapping, at: Location): readonly string[] {
  const hosts = entry.get('hosts')
  if (hosts === undefined) {
    const text =
      reader.version === '2.19'
        ? "The field 'hosts' is required but was not set."
        : "the field 'hosts' is required but was not set"
    throw new PlaybookFailure(text, 4, at)
  }
  const list = isList(hosts) ? hosts : [hosts]
  if (list.length === 0 || list.some(host => host === null || host === '')) {
    throw new PlaybookFailure('Hosts list cannot be empty. Please check your playbook', 4, at)
  }
  return list.map(host => str(host))
}

function fill(reader: Reader, play: Play, entry: Mapping, path: string): void {
  const blocks = (name: string, isHandlers = false): readonly Block[] => {
    const list = entry.get(name)
    if (list === undefined) return []
    return parseBlocks(reader, list, { play, isHandlers, file: path })
  }
  // Keywords are read in the order of their names, roles before what lists tasks.
  play.handlers = blocks('handlers', true)
  const roles = listOf(entry.get('roles'))
  play.postTasks = blocks('post_tasks')
  play.preTasks = blocks('pre_tasks')
  const entries = roles.flatMap((role, index) => {
    const at = reader.tree.locateItem(roles, index, path, play.at)
    const request = { play, at, folder: undefined, parents: [] }
    return reader.attempt(() => [parseRole(reader, role, request)], [])
  })
  play.roleEntries = entries
  play.roles.unshift(...entries)
  play.tasks = blocks('tasks')
  const own = play.handlers
  const ofRoles = entries.flatMap(role => handlersOf(role))
  play.handlers = [...ofRoles, ...own]
}

/** All blocks of a play in the order in which they run; handlers are flushed between the parts. */
export function compilePlay(play: Play): readonly Block[] {
  const roles = play.roleEntries.flatMap(role => compileRole(role, play))
  const parts = [play.preTasks, [...roles, ...play.tasks], play.postTasks]
  if (!isTruthy(play.attributes.get('force_handlers') ?? false)) {
    return parts.flatMap(part => [...part, ownBlock(play, 'flush_handlers')])
  }
  // With force_handlers a part that fails is left through its `always`.
  return parts.map(part => {
    const whole = ownBlock(play, 'noop')
    if (part.length > 0) whole.block = part
    whole.always = [ownBlock(play, 'flush_handlers')]
    return whole
  })
}

// A block of the engine with one meta task.
function ownBlock(play: Play, action: string): Block {
  const { at } = play
  const block = new Block(
    { play, at },
    { attributes: new Map(), vars: new Map(), isImplicit: true },
  )
  block.block = [
    new Task(
      { play, parent: block, at },
      {
        action: 'meta',
        args: new Map([['_raw_params', action]]),
        attributes: new Map<string, Value>([['tags', ['always']]]),
        vars: new Map(),
        isImplicit: true,
      },
    ),
  ]
  return block
}
