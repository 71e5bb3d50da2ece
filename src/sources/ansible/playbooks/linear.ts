// The strategy `linear`: every host does one task before any does the next. Port of ansible-core
// 2.16 and 2.18 plugins/strategy/linear.py.

import { evaluate } from '../templating/evaluate.ts'
import { str } from '../templating/python/represent.ts'
import { numberOf } from '../values.ts'
import { actionOf } from './actions/registry.ts'
import { PlaybookFailure } from './failure.ts'
import { activeState } from './host-state.ts'
import { gatherIncludes, type Included, readInclude } from './includes.ts'
import { inheritedAtRun } from './inherit.ts'
import { metaVerdict, runMeta } from './meta.ts'
import { type Block, isInclude, shortAction, type Task } from './model.ts'
import { placesAbove } from './places.ts'
import { type PlayRun, tasksOf } from './play-run.ts'
import type { HostResult, Session } from './session.ts'
import { selectTasks } from './tags.ts'
import type { TaskTrace } from './trace.ts'

/** Whether the play ends for all, also for later batches. */
export interface StrategyResult {
  readonly breaksPlay: boolean
}

/** Runs a play in step. */
export function runLinear(session: Session, run: PlayRun, all: readonly string[]): StrategyResult {
  return new Linear(session, run, all).run()
}

class Linear {
  readonly #session: Session
  readonly #run: PlayRun
  readonly #all: readonly string[]
  #breaksPlay = false

  constructor(session: Session, run: PlayRun, all: readonly string[]) {
    this.#session = session
    this.#run = run
    this.#all = all
  }

  get #isBefore218(): boolean {
    return this.#session.tree.version === '2.16'
  }

  run(): StrategyResult {
    const session = this.#session
    for (;;) {
      session.updateHosts(this.#run, this.#all)
      const left = session.hostsLeft(this.#run)
      const step = this.#lockstep(left)
      if (step === undefined) break
      const ran = this.#step(step)
      // A class that parted has hosts that were not there before.
      const now = [...new Set([...left, ...ran.results.map(({ host }) => host)])]
      this.#includes(ran.results, now)
      this.#fatal(ran, now)
      if (this.#tooManyFailed(ran.results, now)) break
    }
    return { breaksPlay: this.#breaksPlay }
  }

  /** The hosts whose next task is the one that comes next in the files. */
  #lockstep(
    hosts: readonly string[],
  ): { readonly task: Task; readonly hosts: readonly string[] } | undefined {
    const run = this.#run
    const next = new Map<string, ReturnType<PlayRun['peek']>>()
    for (const host of hosts) {
      const found = run.peek(host)
      if (found.task !== undefined) next.set(host, found)
    }
    if (next.size === 0) {
      // Hosts that have come to their end leave the states that say so.
      for (const host of hosts) run.setState(host, run.peek(host).state)
      return undefined
    }
    const ids = new Set([...next.values()].map(({ task }) => task?.id))
    const current = this.#advance(ids)
    const due: string[] = []
    for (const [host, { state, task }] of next) {
      if (task?.id !== current.id) continue
      run.setState(host, state)
      due.push(host)
    }
    if (current.action === 'meta' && current.rawParams === 'flush_handlers') {
      run.allTasks.splice(run.cursor, 0, ...run.play.handlers.flatMap(tasksOf))
    }
    const [first] = due
    const task = first === undefined ? current : (next.get(first)?.task ?? current)
    return { task, hosts: due }
  }

  #advance(ids: ReadonlySet<number | undefined>): Task {
    const run = this.#run
    for (let round = 0; round <= 1; round++) {
      while (run.cursor < run.allTasks.length) {
        const task = run.allTasks[run.cursor] as Task
        run.cursor += 1
        if (ids.has(task.id)) return task
      }
      run.cursor = 0
    }
    throw new PlaybookFailure(
      'BUG: There seems to be a mismatch between tasks in PlayIterator and HostStates.',
      1,
    )
  }

  #step({ task, hosts }: { readonly task: Task; readonly hosts: readonly string[] }): Ran {
    const session = this.#session
    const run = this.#run
    const results: HostResult[] = []
    let trace: TaskTrace | undefined
    let isFatal = false
    for (const host of hosts) {
      if (session.hasRoleRun(task, host)) continue
      const isMeta = shortAction(task.action) === 'meta'
      const action = actionOf(task.action)
      let isOnce: boolean
      let done: readonly string[] = [host]
      if (isMeta) isOnce = this.#meta(task, host)
      else {
        isOnce = action?.isOncePerTask === true || session.flag(task, 'run_once', host)
        const name = session.nameOf(task, host)
        const shown = name === '' ? defaultName(session, task) : name
        trace ??= run.start(task, shown, throttleOf(session, task, host))
        const own = session.runTask(run, task, host, trace)
        results.push(...own)
        done = own.map(each => each.host)
      }
      const isIgnored = session.flag(task, 'ignore_errors', host)
      if ((isOnce || session.flag(task, 'any_errors_fatal', host)) && !isIgnored) isFatal = true
      if (task.isHandler) {
        if (isOnce) task.notifiedHosts.length = 0
        else {
          for (const each of done) {
            task.notifiedHosts.splice(task.notifiedHosts.indexOf(each), 1)
          }
        }
      }
      if (isOnce) break
      session.updateHosts(run, this.#all)
    }
    return { results, isFatal, task }
  }

  #meta(task: Task, host: string): boolean {
    const run = this.#run
    const session = this.#session
    const trace = task.isImplicit ? undefined : run.start(task, defaultName(session, task))
    const leaders = session.separate(run, host, each => metaVerdict(session, task, each))
    let isOnce = false
    for (const leader of leaders) {
      const { isOncePerTask, skipReason } = runMeta(session, run, task, leader)
      if (skipReason !== undefined) {
        const hosts = session.hostsBehind(leader)
        const stands = hosts.length > 1 ? { hosts } : {}
        trace?.results.push({ host: leader, is: 'skipped', reason: skipReason, ...stands })
      }
      isOnce = isOncePerTask
      if (isOnce) break
    }
    return isOnce
  }

  #includes(results: readonly HostResult[], left: readonly string[]): void {
    const session = this.#session
    const run = this.#run
    if (!results.some(({ task }) => isInclude(task))) return
    const included = gatherIncludes(results, session.reader, session.store)
    const blocks = new Map<string, Block[]>(left.map(host => [host, []]))
    const added: Task[] = []
    const out = new Set<string>()
    for (const each of included) {
      const read = this.#read(each, out)
      run.refreshHandlers()
      for (const block of read) {
        const final = each.task.isHandler ? block : selectTasks(block, run.tags, run.evaluateTags)
        if (each.task.isHandler)
          for (const task of tasksOf(block)) task.notifiedHosts.push(...each.hosts)
        added.push(...tasksOf(final))
        for (const host of each.hosts) blocks.get(host)?.push(final)
      }
    }
    for (const host of out) {
      run.failedHosts.add(host)
      session.failedHosts.add(host)
      run.markFailed(host)
    }
    for (const host of left) run.addBlocks(host, blocks.get(host) ?? [])
    run.allTasks.splice(run.cursor, 0, ...added)
  }

  #read(included: Included, out: Set<string>): readonly Block[] {
    const session = this.#session
    const run = this.#run
    try {
      const blocks = readInclude(included, session.reader)
      // 2.16 neither counts nor tells roles that are included.
      if (included.isRole && this.#isBefore218) return blocks
      for (const host of included.hosts) session.recaps.count(host, 'ok')
      const item = included.item
      run.trace.tasks.at(-1)?.included.push({
        file: included.name,
        hosts: included.hosts,
        ...(item !== undefined && { item }),
      })
      return blocks
    } catch (error) {
      if (!(error instanceof PlaybookFailure)) throw error
      if (session.reader.goesOn) {
        error.through.push(...placesAbove(included.task))
        session.reader.report(error)
        return []
      }
      if (error.status === 4) throw error
      session.errors.push(error.message)
      for (const host of included.hosts) {
        out.add(host)
        if (included.isRole && this.#isBefore218) continue
        session.recaps.count(host, 'failures')
        run.trace.tasks.at(-1)?.results.push({ host, is: 'failed', message: null })
      }
      return []
    }
  }

  // With any_errors_fatal the failure of one host is that of all.
  #fatal({ results, isFatal }: Ran, left: readonly string[]): void {
    if (!isFatal || this.#session.reader.goesOn) return
    if (!results.some(each => each.isFailed || each.isUnreachable)) return
    const run = this.#run
    const failed = new Set(results.filter(each => each.isFailed).map(each => each.host))
    if (this.#isBefore218) {
      this.#fatalBefore218(results, left)
      return
    }
    for (const host of left) {
      if (failed.has(host)) continue
      this.#failHost(host)
      run.markFailed(host)
    }
  }

  // 2.16 lets hosts go on that are being rescued, and all others finish their block.
  #fatalBefore218(results: readonly HostResult[], left: readonly string[]): void {
    const run = this.#run
    if (!results.some(each => (each.isFailed && run.isFailed(each.host)) || each.isUnreachable))
      return
    for (const host of left) {
      const state = activeState(run.peek(host).state)
      const isSaved = state.run === 'always' || (state.run === 'rescue' && !state.failed.rescue)
      if (isSaved) continue
      this.#failHost(host)
      this.#breaksPlay = true
    }
  }

  #failHost(host: string): void {
    this.#run.failedHosts.add(host)
    this.#session.failedHosts.add(host)
  }

  // True where the play ends here.
  #tooManyFailed(results: readonly HostResult[], left: readonly string[]): boolean {
    const run = this.#run
    const value = run.play.attributes.get('max_fail_percentage')
    const max = value === undefined || value === null ? undefined : Number(numberOf(value) ?? value)
    const { trace } = run
    if (
      max !== undefined &&
      results.length > 0 &&
      run.failedHosts.size / run.hosts.length > max / 100
    ) {
      const failed = new Set(results.filter(each => each.isFailed).map(each => each.host))
      for (const host of left) {
        if (failed.has(host)) continue
        this.#failHost(host)
        run.markFailed(host)
      }
      trace.marks.push('no_hosts_remaining')
      this.#breaksPlay = true
    }
    if (!this.#breaksPlay || run.failedHosts.size < left.length) return false
    trace.marks.push('no_hosts_remaining')
    return true
  }
}

interface Ran {
  readonly results: readonly HostResult[]
  readonly isFatal: boolean
  readonly task: Task
}

/** How many hosts a task lets run at a time; undefined where nothing says it. */
export function throttleOf(session: Session, task: Task, host: string): number | undefined {
  const given = inheritedAtRun(task, 'throttle')
  if (given === undefined || given === null) return undefined
  const evaluated = evaluate(given, session.store.scope(task.play, host, task))
  const hosts = 'value' in evaluated ? Number(str(evaluated.value)) : 0
  return Number.isInteger(hosts) && hosts > 0 ? hosts : undefined
}

/** What a task is called where it has no name that was evaluated. */
export function defaultName(session: Session, task: Task): string {
  if (task.shownName !== undefined && task.shownName !== '') return task.shownName
  const name = task.attributes.get('name')
  if (name !== undefined && name !== null) return str(name)
  const short = shortAction(task.action)
  const role = task.args.get('name') ?? task.args.get('role')
  const isRole = short === 'include_role' || short === 'import_role'
  if (isRole && typeof role === 'string') return `${task.action} : ${role}`
  return task.role === undefined ? task.action : session.fullName(task)
}
