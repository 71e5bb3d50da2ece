// A run of playbooks: inventory, variables, hosts that are out, the trace. What the strategies
// share; port of ansible-core 2.18 plugins/strategy/__init__.py.

import type { Inventory } from '../inventory/inventory.ts'
import { evaluate } from '../templating/evaluate.ts'
import { truth } from '../templating/python/iterate.ts'
import { str } from '../templating/python/represent.ts'
import { Unknown } from '../templating/special.ts'
import { isList, isMapping, type Value } from '../values.ts'
import type { Answers } from './answers.ts'
import { type Execution, executeTask, notifyOf, unknownOf } from './execute.ts'
import { ClassRun } from './class-run.ts'
import type { HostClass } from './classes.ts'
import { PlaybookFailure } from './failure.ts'
import { isRescuing } from './host-state.ts'
import type { IncludeResult } from './includes.ts'
import { inheritedAtRun } from './inherit.ts'
import { isInclude, type Role, shortAction, type Task } from './model.ts'
import { type PlayRun, tasksOf } from './play-run.ts'
import type { Reader } from './reader.ts'
import { hasFlag, registered, type Result } from './result.ts'
import { Recaps, type ResultTrace, type TaskTrace } from './trace.ts'
import type { PlaybookTree } from './tree.ts'
import type { VariableStore } from './variables.ts'

export interface SessionParts {
  readonly inventory: Inventory
  readonly tree: PlaybookTree
  readonly reader: Reader
  readonly store: VariableStore
  readonly answers: Answers
  /** Where it is not known whether something changed, its handlers are in doubt. */
  readonly supposesChanges?: boolean | undefined
}

/** A result as the strategies look at it. */
export interface HostResult extends IncludeResult {
  readonly isFailed: boolean
  readonly isUnreachable: boolean
}

export class Session {
  readonly inventory: Inventory
  readonly tree: PlaybookTree
  readonly reader: Reader
  readonly store: VariableStore
  readonly answers: Answers
  readonly recaps = new Recaps()
  /** Errors that the engine shows while it goes on. */
  readonly errors: string[] = []
  readonly failedHosts = new Set<string>()
  readonly unreachableHosts = new Set<string>()
  readonly #classRun: ClassRun | undefined
  readonly #supposesChanges: boolean
  /** The play that runs, where hosts run in classes. */
  #current: PlayRun | undefined
  #told: readonly unknown[] = []

  constructor(parts: SessionParts) {
    this.inventory = parts.inventory
    this.tree = parts.tree
    this.reader = parts.reader
    this.store = parts.store
    this.answers = parts.answers
    this.#supposesChanges = parts.supposesChanges ?? false
    const { classes } = parts.store
    this.#classRun =
      classes === undefined
        ? undefined
        : new ClassRun({
            store: parts.store,
            classes,
            options: { tree: parts.tree, answers: parts.answers },
            onPart: (leader, made) => this.#parted(leader, made),
          })
  }

  /** The hosts that a host of a play stands for. */
  hostsBehind(leader: string): readonly string[] {
    return this.store.classes?.of(leader).members ?? [leader]
  }

  /** The leaders of exactly these hosts; a class of which only some are there parts. */
  leadersOf(hosts: readonly string[]): readonly string[] {
    const { classes } = this.store
    if (classes === undefined) return hosts
    const wanted = new Set(hosts)
    for (const each of new Set(hosts.map(host => classes.of(host)))) {
      const there = each.members.filter(host => wanted.has(host))
      if (there.length === each.members.length) continue
      const rest = each.members.filter(host => !wanted.has(host))
      const made = classes.part(each, wanted.has(each.leader) ? [there, rest] : [rest, there])
      this.store.classParted(each.leader, made)
      this.#parted(each.leader, made)
    }
    return [...new Set(hosts.map(host => classes.of(host).leader))]
  }

  /** Parts the class of a host by what is told of each of its hosts; answers the leaders. */
  separate(run: PlayRun, host: string, tell: (host: string) => string): readonly string[] {
    if (this.#classRun === undefined) return [host]
    this.#current = run
    return this.#classRun.separate(host, tell).map(({ leader }) => leader)
  }

  // Parts of a class go on from where their leader was.
  #parted(leader: string, made: readonly HostClass[]): void {
    const others = made.map(each => each.leader).filter(each => each !== leader)
    for (const other of others) {
      this.#current?.follow(leader, other)
      for (const hosts of [this.failedHosts, this.unreachableHosts]) {
        if (hosts.has(leader)) hosts.add(other)
      }
    }
  }

  hostsLeft(run: PlayRun): readonly string[] {
    return run.hosts.filter(host => !this.unreachableHosts.has(host))
  }

  /** Tells the variables which hosts still take part. */
  updateHosts(run: PlayRun, all: readonly string[]): void {
    const left = run.hosts.filter(
      host => !run.removed.has(host) && !this.unreachableHosts.has(host),
    )
    const inPlay = (this.#classRun === undefined ? all : run.hosts).filter(host =>
      this.#isIn(run, host),
    )
    // The same hosts stay the same object, so that what was evaluated with them stays valid.
    const [all_, left_, inPlay_] = this.#told as readonly (readonly string[])[]
    if (all_ === all && isEqual(left_ ?? [], left) && isEqual(inPlay_ ?? [], inPlay)) return
    this.#told = [all, left, inPlay]
    this.store.hosts = {
      all,
      batch: left.flatMap(host => this.hostsBehind(host)),
      left: inPlay.flatMap(host => this.hostsBehind(host)),
    }
  }

  #isIn(run: PlayRun, host: string): boolean {
    return !run.removed.has(host) && !this.unreachableHosts.has(host) && !this.failedHosts.has(host)
  }

  /** Whether the role of a task is done on a host and does not run again. */
  hasRoleRun(task: Task, host: string): boolean {
    const { role } = task
    if (task.isHandler || role === undefined || role.allowsDuplicates) return false
    return this.sameRole(task, role).completedOn.has(host)
  }

  /** The first role of the play that is the same one. */
  sameRole(task: Task, role: Role): Role {
    const known = task.play.rolesByPath.get(role.path) ?? []
    return known.find(other => other.identity === role.identity) ?? role
  }

  /** A keyword of a task that may be a template, as truth. */
  flag(task: Task, name: string, host: string | undefined): boolean {
    const value = inheritedAtRun(task, name)
    if (value === undefined || value === null) return false
    if (typeof value === 'boolean') return value
    const evaluated = evaluate(value, this.store.scope(task.play, host, task))
    if (!('value' in evaluated)) return false
    const text = typeof evaluated.value === 'string' ? evaluated.value.toLowerCase() : undefined
    return text === undefined ? truth(evaluated.value) : ['true', 'yes', 'on', '1'].includes(text)
  }

  /** The name of a task with its templates evaluated by the first host. */
  nameOf(task: Task, host: string): string {
    if (!task.isNameEvaluated) {
      task.isNameEvaluated = true
      const name = task.attributes.get('name')
      if (name !== undefined && name !== null) {
        const evaluated = evaluate(name, this.store.scope(task.play, host, task))
        task.shownName =
          'value' in evaluated ? str(evaluated.value) : this.#brokenName(task, host, str(name))
      }
    }
    return task.shownName ?? ''
  }

  // Since 2.19 the parts of a name that cannot be evaluated are told in their places.
  #brokenName(task: Task, host: string, name: string): string {
    if (this.tree.version !== '2.19') return name
    const scope = this.store.scope(task.play, host, task)
    let count = 0
    return name.replace(/\{\{[\s\S]*?\}\}/g, part => {
      const evaluated = evaluate(part, scope)
      if ('value' in evaluated) return str(evaluated.value)
      count += 1
      const why = 'error' in evaluated ? evaluated.error : evaluated.unknown.join('; ')
      return `<< error ${count} - ${why} >>`
    })
  }

  /** Runs a task on a host, or on the class that it leads, and takes the results in. */
  runTask(run: PlayRun, task: Task, host: string, trace: TaskTrace): readonly HostResult[] {
    if (this.#classRun !== undefined && !this.flag(task, 'run_once', host)) {
      this.#current = run
      return this.#classRun.execute(task, host).map(({ of, execution, own }) => {
        const result = this.#take(run, task, { host: of.leader, trace, execution })
        if (own !== undefined && own.size > 0) this.store.setOwn(of.leader, own)
        return result
      })
    }
    const execution = executeTask(task, host, {
      store: this.store,
      tree: this.tree,
      answers: this.answers,
    })
    return [this.#take(run, task, { host, trace, execution })]
  }

  #take(
    run: PlayRun,
    task: Task,
    { host, trace, execution }: { host: string; trace: TaskTrace; execution: Execution },
  ): HostResult {
    const { result, items } = execution
    const isOnce = this.flag(task, 'run_once', host)
    this.#changeInventory(task, host, execution)
    for (const item of items ?? []) trace.results.push(this.#itemTrace(host, task, item))
    const isFailed = hasFlag(result, 'failed')
    const isUnreachable = hasFlag(result, 'unreachable')
    const isIgnored = this.#count(run, task, { host, result, isOnce })
    if (!isFailed && !isUnreachable && !hasFlag(result, 'skipped')) {
      this.#notify(run, task, host, result)
      this.#keepFacts(run, task, { host, execution, isOnce })
    }
    const register = task.attributes.get('register')
    if (register !== undefined && register !== null) {
      const value = registered(result)
      for (const each of this.#hostsOf(run, host, isOnce))
        this.store.set(each, new Map([[str(register), value]]))
    }
    if (task.role !== undefined && !hasFlag(result, 'skipped') && !isUnreachable) {
      this.sameRole(task, task.role).tookPartOn.add(host)
    }
    const hosts = isOnce || this.#classRun === undefined ? {} : { hosts: this.hostsBehind(host) }
    trace.results.push({ ...this.#trace(host, task, result, { isIgnored }), ...hosts })
    return {
      host,
      task,
      result,
      items,
      isFailed: isFailed && !isIgnored,
      isUnreachable: isUnreachable && !isIgnored,
    }
  }

  #hostsOf(run: PlayRun, host: string, isOnce: boolean): readonly string[] {
    return isOnce ? run.hosts.filter(each => !this.unreachableHosts.has(each)) : [host]
  }

  // The recap, and what a failure means for the host. True where the failure is ignored.
  #count(
    run: PlayRun,
    task: Task,
    { host, result, isOnce }: { host: string; result: Result; isOnce: boolean },
  ): boolean {
    if (hasFlag(result, 'failed')) {
      if (this.flag(task, 'ignore_errors', host)) {
        this.recaps.count(host, 'ok')
        this.recaps.count(host, 'ignored')
        if (hasFlag(result, 'changed')) this.recaps.count(host, 'changed')
        return true
      }
      this.#fail(run, task, { host, result, isOnce })
      return false
    }
    if (hasFlag(result, 'unreachable')) {
      if (this.flag(task, 'ignore_unreachable', host)) {
        this.recaps.count(host, 'ok')
        this.recaps.count(host, 'ignored')
        return true
      }
      this.unreachableHosts.add(host)
      run.removed.add(host)
      this.recaps.count(host, 'unreachable')
    } else if (hasFlag(result, 'skipped')) this.recaps.count(host, 'skipped')
    else if (!isInclude(task)) {
      this.recaps.count(host, 'ok')
      if (hasFlag(result, 'changed')) this.recaps.count(host, 'changed')
    }
    return false
  }

  #fail(
    run: PlayRun,
    task: Task,
    { host, result, isOnce }: { host: string; result: Result; isOnce: boolean },
  ): void {
    const before = run.state(host).copy()
    for (const each of this.#hostsOf(run, host, isOnce)) this.#failOn(run, each)
    const { state } = run.peek(host)
    if (run.isFailed(host) && state.run === 'complete') {
      run.failedHosts.add(host)
      this.failedHosts.add(host)
    }
    if (!isRescuing(before)) {
      this.recaps.count(host, 'failures')
      return
    }
    this.recaps.count(host, 'rescued')
    run.removed.delete(host)
    const failedTask = new Map<Value, Value>([
      ['name', task.shownName ?? ''],
      ['action', task.action],
      ['args', new Map<Value, Value>(task.args)],
    ])
    this.store.set(
      host,
      new Map<string, Value>([
        ['ansible_failed_task', failedTask],
        ['ansible_failed_result', registered(result)],
      ]),
    )
  }

  // Where the run goes on after failures, only what a rescue takes up has an effect.
  #failOn(run: PlayRun, host: string): void {
    const before = run.state(host).copy()
    run.markFailed(host)
    if (!this.reader.goesOn || !run.isFailed(host)) return
    run.setState(host, before)
    run.removed.delete(host)
  }

  #changeInventory(task: Task, host: string, { result, items }: Execution): boolean {
    let hasChanged = false
    const isOnce = this.flag(task, 'run_once', host)
    const hosts = isOnce ? [host] : this.hostsBehind(host)
    for (const each of items?.map(item => item.result) ?? [result]) {
      if (this.#changeOnce(task, hosts, each)) {
        each.set('changed', true)
        hasChanged = true
      }
    }
    if (hasChanged) {
      result.set('changed', true)
      this.store.inventoryChanged()
    }
    return hasChanged
  }

  #changeOnce({ at }: Task, hosts: readonly string[], result: Result): boolean {
    const { data } = this.inventory
    const group = result.get('add_group')
    if (group !== undefined) {
      const parents = result.get('parent_groups')
      return this.#addGroup(
        str(group),
        parents !== undefined && isList(parents) ? parents.map(str) : [],
        { hosts, at },
      )
    }
    const added = result.get('add_host')
    if (added === undefined || !isMapping(added)) return false
    const name = str(added.get('host_name') ?? '')
    let hasChanged = !data.hosts.has(name)
    data.addHost(name, 'all', at)
    const vars = added.get('host_vars')
    if (vars !== undefined && isMapping(vars)) {
      for (const [key, value] of vars) {
        const before = data.host(name)?.variables.get(key)?.value
        if (before !== value) hasChanged = true
        data.setVariable(name, key, { value, at, namedAt: at })
      }
    }
    const groups = added.get('groups')
    for (const each of groups !== undefined && isList(groups) ? groups.map(str) : []) {
      if (!data.groups.has(each)) data.addGroup(each, at)
      const known = data.group(each).hosts.some(member => member.name === name)
      if (!known) hasChanged = true
      data.addHost(name, each, at)
    }
    data.reconcile()
    return hasChanged
  }

  #addGroup(
    name: string,
    parents: readonly string[],
    { hosts, at }: { hosts: readonly string[]; at: Task['at'] },
  ): boolean {
    const { data } = this.inventory
    let hasChanged = !data.groups.has(name)
    if (hasChanged) data.addGroup(name, at)
    for (const parent of parents) {
      if (!data.groups.has(parent)) {
        data.addGroup(parent, at)
        hasChanged = true
      }
      const known = data.group(parent).children.some(child => child.name === name)
      if (!known && parent !== name) {
        data.addChild(parent, name)
        hasChanged = true
      }
    }
    const known = new Set(data.group(name).hosts.map(member => member.name))
    for (const host of hosts) {
      if (known.has(host)) continue
      data.addHost(host, name, at)
      hasChanged = true
    }
    data.reconcile()
    return hasChanged
  }

  #notify(run: PlayRun, task: Task, host: string, result: Result): void {
    const changed = result.get('changed')
    const perhaps =
      changed instanceof Unknown && this.#supposesChanges ? changed.reasons : undefined
    if (!hasFlag(result, 'changed') && perhaps === undefined) return
    for (const name of notifyOf(result)) {
      const handlers = this.reader.attempt(() => this.#handlersFor(run, task, str(name)), [])
      if (handlers.length === 0) continue
      const state = run.state(host)
      if (state.run === 'handlers') {
        for (const handler of handlers) this.notifyHost(run, handler, host, perhaps)
        continue
      }
      const isNew = !state.notifications.includes(str(name))
      if (isNew) state.notifications.push(str(name))
      const doubts = new Map(state.doubts)
      if (perhaps === undefined) doubts.delete(str(name))
      else if (isNew) doubts.set(str(name), perhaps)
      state.doubts = doubts
    }
  }

  #handlersFor(run: PlayRun, task: Task, name: string): readonly Task[] {
    const handlers = this.findHandlers(run, name)
    if (handlers.length > 0) return handlers
    throw new PlaybookFailure(
      `The requested handler '${name}' was not found in either the main handlers list nor in the listening handlers list`,
      1,
      task.at,
    )
  }

  /** Has a handler run on a host; with `doubt` it is not known whether it does. */
  notifyHost(run: PlayRun, handler: Task, host: string, doubt?: readonly string[]): void {
    if (doubt === undefined) handler.doubt?.delete(host)
    if (handler.notifiedHosts.includes(host)) return
    if (doubt !== undefined) {
      handler.doubt ??= new Map()
      handler.doubt.set(host, doubt)
    }
    handler.notifiedHosts.push(host)
    run.trace.tasks.at(-1)?.notified.push({ handler: this.fullName(handler), host })
  }

  /** The name of a task with that of its role. */
  fullName(task: Task): string {
    const name =
      task.shownName ??
      (task.attributes.has('name') ? str(task.attributes.get('name') ?? '') : task.action)
    const isRole = shortAction(task.action).endsWith('_role')
    return task.role === undefined || isRole ? name : `${task.role.name} : ${name}`
  }

  /** The handlers that a name means, and all that listen to it; the last list is asked first. */
  findHandlers(run: PlayRun, name: string): readonly Task[] {
    const handlers = [...run.play.handlers].reverse().flatMap(tasksOf)
    const own = handlers.find(handler => {
      if (!handler.attributes.has('name')) return false
      const shown = this.nameOf(handler, '')
      return name === shown || name === this.fullName(handler)
    })
    const listening: Task[] = []
    for (const handler of handlers) {
      const topics = handler.attributes.get('listen')
      const list = topics === undefined || topics === null ? [] : isList(topics) ? topics : [topics]
      if (!list.some(topic => str(topic) === name)) continue
      const shown = handler.attributes.has('name') ? this.nameOf(handler, '') : ''
      if (shown !== '' && listening.some(other => other.shownName === shown)) continue
      listening.push(handler)
    }
    return own === undefined ? listening : [own, ...listening.filter(each => each !== own)]
  }

  #keepFacts(
    run: PlayRun,
    task: Task,
    { host, execution, isOnce }: { host: string; execution: Execution; isOnce: boolean },
  ): void {
    const action = shortAction(task.action)
    if (action === 'debug') return
    const delegated = execution.result.get('_delegated')
    const isDelegated = delegated !== undefined && this.flag(task, 'delegate_facts', host)
    for (const result of execution.items?.map(item => item.result) ?? [execution.result]) {
      const facts = result.get('ansible_facts')
      if (facts instanceof Unknown) {
        for (const each of this.#hostsOf(run, host, isOnce)) this.store.setUnknownFacts(each, facts)
      }
      if (facts === undefined || !isMapping(facts)) continue
      const vars = new Map([...facts].map(([name, value]) => [str(name), value] as const))
      const hosts = isDelegated ? [str(delegated)] : this.#hostsOf(run, host, isOnce)
      for (const each of hosts) {
        if (action === 'include_vars') this.store.setIncluded(each, vars)
        else if (action === 'set_fact') this.store.set(each, vars)
        else this.store.setFacts(each, vars)
      }
    }
  }

  #itemTrace(host: string, task: Task, item: { label: Value; result: Result }): ResultTrace {
    const { result, label } = item
    const { printed: _, ...base } = this.#trace(host, task, result, {
      isIgnored: false,
    })
    const is =
      base.is === 'failed' || base.is === 'unreachable'
        ? 'item_failed'
        : base.is === 'skipped'
          ? 'item_skipped'
          : 'item_ok'
    return { ...base, is, item: label }
  }

  #trace(
    host: string,
    task: Task,
    result: Result,
    { isIgnored }: { isIgnored: boolean },
  ): ResultTrace {
    const unknown = unknownOf(result)
    const delegated = result.get('_delegated')
    const isHidden = inheritedAtRun(task, 'no_log') !== undefined && this.flag(task, 'no_log', host)
    const hidden = isHidden ? { isHidden } : {}
    const more = {
      ...hidden,
      ...(delegated !== undefined && { delegatedTo: str(delegated) }),
      ...(hasFlag(result, 'changed') && { isChanged: true }),
      ...(unknown !== undefined && { unknown }),
      ...(isIgnored && { isIgnored: true }),
    }
    if (hasFlag(result, 'failed')) {
      const message = result.get('msg')
      return { host, is: 'failed', ...more, ...(message !== undefined && { message }) }
    }
    if (hasFlag(result, 'unreachable')) {
      const message = result.get('msg')
      return { host, is: 'unreachable', ...more, ...(message !== undefined && { message }) }
    }
    if (hasFlag(result, 'skipped')) {
      const condition = result.get('false_condition')
      const reason = result.get('skipped_reason')
      return {
        host,
        is: 'skipped',
        ...hidden,
        ...(condition !== undefined && { condition }),
        ...(reason !== undefined && { reason: str(reason) }),
      }
    }
    if (unknown !== undefined) return { host, is: 'unknown', ...more }
    const printed = shortAction(task.action) === 'debug' ? printedOf(result) : undefined
    return { host, is: 'ok', ...more, ...(printed !== undefined && { printed }) }
  }
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((host, index) => host === b[index])
}

const internal = new Set(['changed', 'failed', 'ansible_loop_var', 'skipped', 'failed_when_result'])

function printedOf(result: Result): ReadonlyMap<string, Value> {
  const printed = new Map<string, Value>()
  const loop = result.get('ansible_loop_var')
  for (const [name, value] of result) {
    if (internal.has(name) || name.startsWith('_') || name === loop) continue
    printed.set(name, value)
  }
  return printed
}
