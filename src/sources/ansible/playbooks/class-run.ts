// Runs a task for a class of hosts: once, and for each host only what depends on the host itself.

import { evaluateCondition } from '../templating/conditions.ts'
import { str } from '../templating/python/represent.ts'
import { isMapping, type Value } from '../values.ts'
import type { HostClass, HostClasses } from './classes.ts'
import { type Execution, type ExecuteOptions, executeTask, unknownOf } from './execute.ts'
import { inheritedListAtRun } from './inherit.ts'
import type { Task } from './model.ts'
import { hasFlag, type Result } from './result.ts'
import type { OwnValue } from './layers.ts'
import type { VariableStore } from './variables.ts'

/** What a task did on the hosts of one class. */
export interface ClassExecution {
  readonly of: HostClass
  readonly execution: Execution
  /** Facts that every host but the leader makes for itself, to be kept after those of the leader. */
  readonly own?: ReadonlyMap<string, OwnValue>
}

/** More items of loops than that are not judged host by host. */
const itemsMax = 200_000

export interface ClassRunParts {
  readonly store: VariableStore
  readonly classes: HostClasses
  readonly options: Omit<ExecuteOptions, 'store' | 'watch' | 'isProbe'>
  /** Hears of a class that parts, before any of its parts goes on. */
  readonly onPart: (leader: string, parts: readonly HostClass[]) => void
}

export class ClassRun {
  readonly #store: VariableStore
  readonly #classes: HostClasses
  readonly #options: ClassRunParts['options']
  readonly #onPart: ClassRunParts['onPart']
  /** Conditions that are known to be the same for all hosts of a class. */
  readonly #uniform = new Set<string>()

  constructor({ store, classes, options, onPart }: ClassRunParts) {
    this.#store = store
    this.#classes = classes
    this.#options = options
    this.#onPart = onPart
  }

  /** Runs a task on the hosts that a leader stands for; they part where they differ. */
  execute(task: Task, leader: string): readonly ClassExecution[] {
    const whole = this.#classes.of(leader)
    const before = this.#store.frozen(leader)
    const execution = this.#run(task, leader)
    if (whole.members.length < 2 || execution.watched.size === 0) {
      return [{ of: whole, execution }]
    }
    const parts = this.#parts(task, whole, execution)
    return parts.map(of => {
      const done = of.leader === leader ? execution : this.#run(task, of.leader)
      if (!execution.watched.has('values') || of.members.length < 2) return { of, execution: done }
      return { of, execution: done, own: this.#ownFacts(task, of, done, before) }
    })
  }

  /** Parts the class of a leader by a condition or whatever else is told of each host. */
  separate(leader: string, tell: (host: string) => string): readonly HostClass[] {
    const whole = this.#classes.of(leader)
    const { watch, members } = whole
    watch.isTouched = false
    const own = tell(leader)
    const isTouched = watch.isTouched
    watch.isTouched = false
    if (members.length < 2 || !isTouched) return [whole]
    return this.#part(whole, host => (host === leader ? own : tell(host)))
  }

  #run(task: Task, host: string): Execution {
    const watch = this.#store.watchOf(host)
    return executeTask(task, host, { ...this.#options, store: this.#store, watch })
  }

  #parts(
    task: Task,
    whole: HostClass,
    { watched, items, result }: Execution,
  ): readonly HostClass[] {
    if (watched.has('items') || watched.has('course') || items !== undefined) {
      const isLong = (items?.length ?? 0) * whole.members.length > itemsMax
      const isAlike = watched.size === 1 && watched.has('values')
      if (isLong || isAlike) return [whole]
      const own = courseOf({ result, items, watched })
      return this.#part(whole, host =>
        host === whole.leader ? own : this.#course(task, host, whole.leader),
      )
    }
    return watched.has('conditions') ? this.#byConditions(task, whole) : [whole]
  }

  #course(task: Task, host: string, leader: string): string {
    const options = { ...this.#options, store: this.#store, isProbe: true, leader }
    return courseOf(executeTask(task, host, options))
  }

  // Only conditions that differ are evaluated for every host.
  #byConditions(task: Task, whole: HostClass): readonly HostClass[] {
    const { watch, leader } = whole
    const scope = this.#store.scope(task.play, leader, task)
    const differing = inheritedListAtRun(task, 'when').filter(condition => {
      watch.isTouched = false
      evaluateCondition(condition, scope)
      const isTouched = watch.isTouched
      watch.isTouched = false
      return isTouched && !this.#uniform.has(this.#key(whole, condition))
    })
    if (differing.length === 0) return [whole]
    const parts = this.#part(whole, host => {
      const own = this.#store.scope(task.play, host, task)
      return differing.map(condition => verdictOf(condition, own)).join('\n')
    })
    for (const part of parts) {
      for (const condition of differing) {
        if (isOfNames(condition)) this.#uniform.add(this.#key(part, condition))
      }
    }
    return parts
  }

  #key({ id }: HostClass, condition: Value): string {
    return `${id}\n${this.#store.inventoryVersion}\n${str(condition)}`
  }

  #part(whole: HostClass, tell: (host: string) => string): readonly HostClass[] {
    const parts = new Map<string, string[]>()
    for (const host of whole.members) {
      const key = tell(host)
      const part = parts.get(key)
      if (part === undefined) parts.set(key, [host])
      else part.push(host)
    }
    if (parts.size < 2) return [whole]
    const made = this.#classes.part(whole, [...parts.values()])
    this.#store.classParted(whole.leader, made)
    this.#onPart(whole.leader, made)
    return made
  }

  // What set_fact made of variables that differ is made for another host when it is asked for.
  #ownFacts(
    task: Task,
    of: HostClass,
    { result, items }: Execution,
    before: ExecuteOptions['store'],
  ): ReadonlyMap<string, OwnValue> {
    if (hasFlag(result, 'skipped') || hasFlag(result, 'failed')) return new Map()
    const known = new Map<string, ReadonlyMap<string, Value>>()
    const all = (host: string): ReadonlyMap<string, Value> => {
      const facts =
        known.get(host) ??
        factsOf(executeTask(task, host, { ...this.#options, store: before, leader: of.leader }))
      known.set(host, facts)
      return facts
    }
    const names = factsOf({ result, ...(items !== undefined && { items }) }).keys()
    return new Map(
      [...names].map((name): readonly [string, OwnValue] => [name, host => all(host).get(name)]),
    )
  }
}

function factsOf({ result, items }: Pick<Execution, 'result' | 'items'>): Map<string, Value> {
  const facts = new Map<string, Value>()
  for (const each of items?.map(item => item.result) ?? [result]) {
    const own = each.get('ansible_facts')
    if (own === undefined || !isMapping(own)) continue
    for (const [name, value] of own) facts.set(str(name), value)
  }
  return facts
}

function verdictOf(condition: Value, scope: Parameters<typeof evaluateCondition>[1]): string {
  const verdict = evaluateCondition(condition, scope)
  if ('result' in verdict) return String(verdict.result)
  return 'error' in verdict ? 'error' : `unknown ${verdict.unknown.join('; ')}`
}

/** How a task went, so that two hosts with equal texts go on together. */
function courseOf({ result, items }: Execution): string {
  const own = (items ?? []).map((item, index) => ({ index, result: item.result }))
  // Which items an include brings is part of the course; of other loops only what they come to.
  const brought = own.filter(each => each.result.has('_include'))
  const texts = brought.map(each => `${each.index} ${courseOfResult(each.result)}`)
  return [courseOfResult(result), ...texts].join('\n')
}

function courseOfResult(result: Result): string {
  const flags = ['failed', 'skipped', 'unreachable', '_include'].filter(name =>
    hasFlag(result, name),
  )
  const values = ['false_condition', 'assertion', 'include', 'add_group', 'parent_groups']
    .map(name => result.get(name))
    .map(value => (value === undefined ? '' : str(value)))
  return [...flags, ...values, ...(unknownOf(result) ?? [])].join('\t')
}

const known: ReadonlySet<string> = new Set(
  'inventory_hostname groups group_names in not and or is first last length true false'.split(' '),
)

/** Whether a condition reads nothing but names of hosts and groups. */
function isOfNames(condition: Value): boolean {
  if (typeof condition !== 'string' || condition.includes('{')) return false
  const words = condition
    .replace(/'[^']*'|"[^"]*"/g, '')
    .replace(/\.\s*\w+/g, '')
    .match(/[A-Za-z_]\w*/g)
  return (words ?? []).every(word => known.has(word))
}
