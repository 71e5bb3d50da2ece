// The state of one play on the hosts of one batch. Port of ansible-core 2.18
// executor/play_iterator.py and of what plugins/strategy/__init__.py keeps.

import type { Value } from '../values.ts'
import {
  clearFailures,
  fail,
  HostState,
  insert,
  isFailed,
  nextTask,
  type StateOptions,
} from './host-state.ts'
import { Block, type Entry, type Play, shortAction, Task } from './model.ts'
import { compilePlay } from './parse-play.ts'
import { type EvaluateTags, selectTasks, type TagOptions } from './tags.ts'
import type { PlayTrace, TaskTrace } from './trace.ts'

/** Every task of a block and of the blocks in it, in their order. */
export function tasksOf(block: Block): readonly Task[] {
  const flat = (entries: readonly Entry[]): readonly Task[] =>
    entries.flatMap(entry => (entry.kind === 'block' ? tasksOf(entry) : [entry]))
  return [...flat(block.block), ...flat(block.rescue), ...flat(block.always)]
}

export interface PlayRunParts {
  readonly play: Play
  readonly hosts: readonly string[]
  /** The hosts of the batch, where those that run stand for others. */
  readonly targets?: readonly string[]
  /** The pattern of the play and its name, their templates evaluated. */
  readonly shown: { readonly name: string; readonly hosts: readonly string[] }
  readonly tags: TagOptions
  readonly gathers: boolean
  readonly evaluateTags: EvaluateTags
}

export class PlayRun {
  readonly play: Play
  hosts: readonly string[]
  readonly tags: TagOptions
  readonly evaluateTags: EvaluateTags
  readonly trace: PlayTrace
  /** All tasks in the order of the files, for keeping hosts in step. */
  allTasks: Task[]
  cursor = 0
  handlers: readonly Task[]
  /** Hosts that failed and stay so; they take no part in later plays. */
  readonly failedHosts = new Set<string>()
  readonly removed = new Set<string>()
  endsPlay = false
  readonly #states = new Map<string, HostState>()
  readonly #setup: Task | undefined

  constructor({ play, hosts, targets, shown, tags, gathers, evaluateTags }: PlayRunParts) {
    this.evaluateTags = evaluateTags
    this.play = play
    this.hosts = hosts
    this.tags = tags
    this.trace = { play, ...shown, targets: targets ?? hosts, tasks: [], marks: [] }
    const setup = selectTasks(setupBlock(play), tags)
    const [first] = tasksOf(setup)
    this.#setup = gathers ? first : undefined
    const blocks = [
      setup,
      ...compilePlay(play).map(block => selectTasks(block, tags, evaluateTags)),
    ].filter((block, index) => index === 0 || block.hasTasks())
    this.allTasks = blocks.flatMap(tasksOf)
    for (const task of this.allTasks) if (isOfRoles(task)) task.isNameEvaluated = false
    this.handlers = play.handlers.flatMap(tasksOf)
    for (const host of hosts) this.#states.set(host, new HostState(blocks))
  }

  get #options(): StateOptions {
    return {
      handlers: () => this.handlers,
      setupTask: () => this.#setup,
      hasNotifications: host =>
        this.state(host).notifications.length > 0 ||
        this.handlers.some(handler => handler.notifiedHosts.length > 0),
    }
  }

  state(host: string): HostState {
    let state = this.#states.get(host)
    if (state === undefined) {
      state = new HostState([])
      this.#states.set(host, state)
    }
    return state
  }

  setState(host: string, state: HostState): void {
    this.#states.set(host, state)
  }

  /** The next task of a host, without moving on, and the state that it would leave. */
  peek(host: string): { readonly state: HostState; readonly task: Task | undefined } {
    const state = this.state(host).copy()
    if (state.run === 'complete') return { state, task: undefined }
    const task = nextTask(state, host, this.#options)
    return { state, task }
  }

  /** A host that so far did what another did goes on by itself. */
  follow(leader: string, other: string): void {
    const index = this.hosts.indexOf(leader)
    if (index < 0) return
    const rank = new Map(this.trace.targets.map((host, place) => [host, place]))
    this.hosts = [...this.hosts, other].sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))
    this.#states.set(other, this.state(leader).copy())
    for (const hosts of [this.failedHosts, this.removed]) if (hosts.has(leader)) hosts.add(other)
    for (const handler of this.handlers) addBeside(handler.notifiedHosts, leader, other)
    for (const role of [...this.play.rolesByPath.values()].flat()) {
      if (role.tookPartOn.has(leader)) role.tookPartOn.add(other)
      if (role.completedOn.has(leader)) role.completedOn.add(other)
    }
    copyDoubts(this.allTasks, leader, other)
  }

  markFailed(host: string): void {
    const state = this.state(host)
    if (state.run === 'handlers') {
      state.run = state.beforeFlush ?? 'tasks'
      state.updatesHandlers = true
    }
    fail(state)
    this.removed.add(host)
  }

  isFailed(host: string): boolean {
    return isFailed(this.state(host))
  }

  clearErrors(host: string): void {
    clearFailures(this.state(host))
    this.removed.delete(host)
  }

  endHost(host: string): void {
    this.state(host).run = 'complete'
    this.removed.add(host)
  }

  addBlocks(host: string, blocks: readonly Block[]): void {
    insert(this.state(host), blocks)
  }

  /** Hosts that are out at the end of the play. */
  failed(): readonly string[] {
    return this.hosts.filter(host => this.isFailed(host))
  }

  /** Handlers of the play may have grown. */
  refreshHandlers(): void {
    this.handlers = this.play.handlers.flatMap(tasksOf)
  }

  start(task: Task, name: string, throttle?: number): TaskTrace {
    const last = this.trace.tasks.at(-1)
    // A meta task starts once for each host; a start that led to nothing is not told twice.
    if (last?.task.id === task.id && last.results.length === 0) return last
    const trace: TaskTrace = {
      task,
      name,
      results: [],
      included: [],
      notified: [],
      ...(throttle !== undefined && { throttle }),
    }
    this.trace.tasks.push(trace)
    return trace
  }
}

// Each batch gets the tasks of `roles:` anew and names them after its own first host; all others
// keep the name of the first batch.
function isOfRoles(task: Task): boolean {
  for (let node = task.parent; node !== undefined; node = node.parent) {
    if (node.kind === 'task' && shortAction(node.action) === 'import_role') return false
  }
  return task.role !== undefined
}

function addBeside(hosts: string[], leader: string, other: string): void {
  if (hosts.includes(leader)) hosts.push(other)
}

function copyDoubts(tasks: readonly Task[], leader: string, other: string): void {
  const seen = new Set<Block | Task>()
  for (const task of tasks) {
    for (let node: Block | Task | undefined = task; node !== undefined; node = node.parent) {
      if (seen.has(node)) break
      seen.add(node)
      const reasons = node.kind === 'task' ? node.doubt?.get(leader) : undefined
      if (reasons !== undefined && node.kind === 'task') node.doubt?.set(other, reasons)
    }
  }
}

function setupBlock(play: Play): Block {
  const { at } = play
  const block = new Block(
    { play, at },
    { attributes: new Map(), vars: new Map(), isImplicit: true },
  )
  const attributes = new Map<string, Value>([['name', 'Gathering Facts']])
  if (play.attributes.get('tags') === undefined) attributes.set('tags', ['always'])
  if (play.conditions.length > 0) attributes.set('when', play.conditions)
  const task = new Task(
    { play, parent: block, at },
    { action: 'gather_facts', args: new Map(), attributes, vars: new Map() },
  )
  block.block = [task]
  return block
}
