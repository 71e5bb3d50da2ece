// Replays playbooks.jsonl.gz: which host runs or skips which task of a playbook, and how it ends.

import { readInventory } from '../../../src/sources/ansible/inventory/inventory.ts'
import { defaultSettings } from '../../../src/sources/ansible/inventory/settings.ts'
import { folderOf } from '../../../src/sources/ansible/files.ts'
import { type Answers, unknownResult } from '../../../src/sources/ansible/playbooks/answers.ts'
import { PlaybookFailure } from '../../../src/sources/ansible/playbooks/failure.ts'
import { inherited, inheritedList, tagsOf } from '../../../src/sources/ansible/playbooks/inherit.ts'
import { listPlaybooks } from '../../../src/sources/ansible/playbooks/list.ts'
import { resultOf } from '../../../src/sources/ansible/playbooks/result.ts'
import { type RunOptions, runPlaybooks } from '../../../src/sources/ansible/playbooks/run.ts'
import type {
  PlayTrace,
  ResultTrace,
  TaskTrace,
} from '../../../src/sources/ansible/playbooks/trace.ts'
import { str } from '../../../src/sources/ansible/templating/python/represent.ts'
import type { AnsibleVersion, Value } from '../../../src/sources/ansible/values.ts'
import { parseArguments } from './arguments.ts'
import { expectationsOf, type Recorded, type Replay } from './recording.ts'
import { toJson } from './values-json.ts'

interface Expect {
  readonly rc: number
  readonly plays: readonly unknown[]
  readonly stats?: unknown
  readonly errors?: readonly string[]
  readonly listed?: unknown
  readonly messages?: readonly string[]
}

interface PlaybookCase extends Recorded<Expect> {
  readonly files: Readonly<Record<string, string>>
  readonly argv: readonly string[]
}

export const playbooks: Replay = (recorded, tally) => {
  const each = recorded as PlaybookCase
  const family = `playbooks/${each.id.split('-')[0] ?? ''}`
  for (const { engine, version, expect } of expectationsOf(each)) {
    const name = { family, id: `${each.id}@${engine}` }
    if (!tally.wants(name)) continue
    const { messages: _, ...want } = expect
    tally.compare(name, shared(want), shared(answered(each, version, engine)))
  }
}

/**
 * What both sides are compared by: marks of the engine's own (`_ansible…`) and its warnings inside
 * results are left out, places in texts and excerpts of files as well.
 */
function shared(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(placed, " at '…'").replace(excerpt, '')
  if (Array.isArray(value)) return value.map(shared)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('_ansible') && !notes.has(key))
      .map(([key, each]) => [key, shared(each)]),
  )
}

const placed = / at '[^']*'(?=\. Conditionals must)/
const excerpt = /\n\nThe error appears to be in [\s\S]*$/
const notes: ReadonlySet<string> = new Set(['warnings', 'deprecations'])

// The plugin of the recorder: a host with this connection never answers.
const deadConnection = 'deadlink'

function answersOf(version: AnsibleVersion): Answers {
  return call => {
    const { scope, delegatedTo, variablesOf, task } = call
    const own = delegatedTo === undefined ? scope : variablesOf(delegatedTo)
    if (own.variable('ansible_connection') === deadConnection) {
      const prefix = version === '2.19' ? 'Task failed: ' : ''
      return resultOf({ unreachable: true, msg: `${prefix}the host does not answer` })
    }
    return task.action === 'ping' ? resultOf({ changed: false, ping: 'pong' }) : unknownResult(call)
  }
}

function optionsOf(
  { files, argv }: PlaybookCase,
  version: AnsibleVersion,
  engine: string,
): RunOptions {
  const {
    inventories,
    playbooks: paths,
    extraVars,
    limit,
    tags,
    engineVars,
  } = parseArguments(argv, engine, version)
  const texts = new Map(Object.entries(files))
  const settings = { ...defaultSettings(version), playbookFolder: folderOf(paths[0] ?? '') }
  return {
    files: texts,
    inventory: readInventory(texts, inventories, settings),
    playbooks: paths,
    extraVars,
    engineVars,
    tags,
    answers: answersOf(version),
    ...(limit !== undefined && { limit }),
  }
}

function answered(each: PlaybookCase, version: AnsibleVersion, engine: string): Expect {
  const options = optionsOf(each, version, engine)
  const result = runPlaybooks(options)
  const prefix = version === '2.19' ? '[ERROR]: ' : 'ERROR! '
  const errors = result.errors.map(text => prefix + text)
  const stats = Object.fromEntries(
    [...result.recaps].map(([host, recap]) => [host, recap] as const),
  )
  return {
    rc: result.status,
    plays: result.plays.map(playOf),
    ...(result.failure === undefined && { stats }),
    ...(errors.length > 0 && { errors }),
    ...listedOf(optionsOf(each, version, engine)),
  }
}

function listedOf(options: RunOptions): { readonly listed?: unknown } {
  try {
    return { listed: listPlaybooks(options) }
  } catch (error) {
    if (error instanceof PlaybookFailure) return {}
    throw error
  }
}

function playOf({ play, name, hosts, targets, tasks, marks }: PlayTrace): unknown {
  const strategy = play.attributes.get('strategy')
  return {
    name,
    hosts,
    targets,
    tasks: tasks.map(taskOf),
    ...(marks.length > 0 && { marks }),
    ...(strategy !== undefined && { strategy }),
  }
}

function taskOf({ task, name, results, included, notified }: TaskTrace): unknown {
  const tags = [...tagsOf(task)].sort()
  const when = inheritedList(task, 'when')
  const register = task.attributes.get('register')
  return {
    name,
    action: task.action,
    ...(task.role !== undefined && { role: task.role.name }),
    path: `${task.at.file}:${task.at.line}`,
    ...(tags.length > 0 && { tags }),
    ...(when.length > 0 && { when: when.map(toJson) }),
    ...(inherited(task, 'run_once') === true && { runOnce: true }),
    ...(register !== undefined && { register }),
    ...(task.isHandler && { handler: true }),
    ...(included.length > 0 && {
      included: included.map(({ item, ...rest }) => ({
        ...rest,
        ...(item !== undefined && { item: toJson(item) }),
      })),
    }),
    ...(notified.length > 0 && { notified }),
    results: results.map(resultOf_),
  }
}

function resultOf_(result: ResultTrace): unknown {
  const { host, is, condition, reason, message, isIgnored, isChanged, item, printed, unknown } =
    result
  return {
    host,
    is,
    ...(condition !== undefined && { cond: toJson(condition) }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { msg: str(message) }),
    ...(isIgnored === true && is === 'failed' && { ignored: true }),
    ...(isChanged === true && { changed: true }),
    ...(item !== undefined && { item: str(item) }),
    ...(printed !== undefined && { value: json(printed) }),
    ...(unknown !== undefined && { unknown }),
  }
}

function json(printed: ReadonlyMap<string, Value>): unknown {
  return Object.fromEntries([...printed].map(([name, value]) => [name, toJson(value)]))
}
