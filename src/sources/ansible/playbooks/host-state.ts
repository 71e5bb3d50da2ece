// Where each host stands in a play. Port of ansible-core 2.16 and 2.18 executor/play_iterator.py.

import type { Block, Entry, Task } from './model.ts'

export type RunState = 'setup' | 'tasks' | 'rescue' | 'always' | 'handlers' | 'complete'
type Part = 'tasks' | 'rescue' | 'always'

/** The parts of a block in which a host has failed. */
export interface Failed {
  setup: boolean
  tasks: boolean
  rescue: boolean
  always: boolean
}

const unfailed: Failed = { setup: false, tasks: false, rescue: false, always: false }

/** The place of one host in a list of blocks; a block inside a block has a state of its own. */
export class HostState {
  blocks: Block[]
  handlers: readonly Task[] = []
  notifications: string[] = []
  /** Why it is not known whether a handler of that name is notified. */
  doubts: ReadonlyMap<string, readonly string[]> = new Map()
  block = 0
  handlerIndex = 0
  run: RunState = 'setup'
  failed: Failed = { ...unfailed }
  beforeFlush: RunState | undefined
  updatesHandlers = true
  isSetupPending = false
  didRescue = false
  index: Record<Part, number> = { tasks: 0, rescue: 0, always: 0 }
  child: Record<Part, HostState | undefined> = {
    tasks: undefined,
    rescue: undefined,
    always: undefined,
  }

  constructor(blocks: readonly Block[]) {
    this.blocks = [...blocks]
  }

  copy(): HostState {
    const other = new HostState(this.blocks)
    Object.assign(other, this)
    other.blocks = [...this.blocks]
    other.notifications = [...this.notifications]
    other.failed = { ...this.failed }
    other.index = { ...this.index }
    other.child = {
      tasks: this.child.tasks?.copy(),
      rescue: this.child.rescue?.copy(),
      always: this.child.always?.copy(),
    }
    return other
  }

  get hasFailed(): boolean {
    const { setup, tasks, rescue, always } = this.failed
    return setup || tasks || rescue || always
  }

  /** Goes on with the next block. */
  nextBlock(): void {
    this.block += 1
    this.index = { tasks: 0, rescue: 0, always: 0 }
    this.child = { tasks: undefined, rescue: undefined, always: undefined }
  }
}

function entriesOf(block: Block, part: Part): readonly Entry[] {
  return part === 'tasks' ? block.block : block[part]
}

/** What the states need to know of the play. */
export interface StateOptions {
  readonly handlers: () => readonly Task[]
  readonly setupTask: (host: string) => Task | undefined
  readonly hasNotifications: (host: string) => boolean
}

/** The next task of a state, which moves on; undefined at the end. */
export function nextTask(state: HostState, host: string, options: StateOptions): Task | undefined {
  for (;;) {
    const block = state.blocks[state.block]
    if (block === undefined) {
      state.run = 'complete'
      return undefined
    }
    const task = step(state, block, host, options)
    if (task === 'done') return undefined
    if (task === undefined) continue
    if (isIdleFlush(task) && !options.hasNotifications(host)) continue
    return task
  }
}

function isIdleFlush(task: Task): boolean {
  return task.isImplicit && task.action === 'meta' && task.rawParams === 'flush_handlers'
}

function step(
  state: HostState,
  block: Block,
  host: string,
  options: StateOptions,
): Task | undefined | 'done' {
  switch (state.run) {
    case 'complete':
      return 'done'
    case 'setup':
      return stepSetup(state, host, options)
    case 'handlers':
      return stepHandlers(state, host, options)
    default:
      return stepPart(state, block, state.run, { host, options })
  }
}

function stepSetup(state: HostState, host: string, options: StateOptions): Task | undefined {
  if (!state.isSetupPending) {
    state.isSetupPending = true
    return options.setupTask(host)
  }
  state.isSetupPending = false
  state.run = 'tasks'
  state.nextBlock()
  return undefined
}

function stepHandlers(state: HostState, host: string, options: StateOptions): Task | undefined {
  if (state.updatesHandlers) {
    state.handlers = options.handlers()
    state.updatesHandlers = false
  }
  for (;;) {
    const task = state.handlers[state.handlerIndex]
    if (task === undefined) {
      state.handlerIndex = 0
      state.run = state.beforeFlush ?? 'tasks'
      state.updatesHandlers = true
      return undefined
    }
    state.handlerIndex += 1
    if (task.notifiedHosts.includes(host)) return task
  }
}

function stepPart(
  state: HostState,
  block: Block,
  part: Part,
  { host, options }: { readonly host: string; readonly options: StateOptions },
): Task | undefined {
  state.isSetupPending = false
  const child = state.child[part]
  if (child !== undefined) {
    const task = nextTask(child, host, options)
    if (isFailed(child)) {
      state.child[part] = undefined
      fail(state)
      // The task that the child gave is not run.
      return undefined
    }
    if (task === undefined || child.run === 'complete') {
      state.child[part] = undefined
      return undefined
    }
    return task
  }
  if (leavesPart(state, block, part)) return undefined
  const entry = entriesOf(block, part)[state.index[part]]
  state.index[part] += 1
  if (entry === undefined || entry.kind === 'task') return entry
  const inner = new HostState([entry])
  inner.run = 'tasks'
  state.child[part] = inner
  return undefined
}

// At the end of a part, or after a failure in it, another part follows.
function leavesPart(state: HostState, block: Block, part: Part): boolean {
  const isAtEnd = state.index[part] >= entriesOf(block, part).length
  if (part === 'tasks') {
    if (isFailed(state)) state.run = 'rescue'
    else if (isAtEnd) state.run = 'always'
    else return false
    return true
  }
  if (part === 'rescue') {
    if (state.failed.rescue) state.run = 'always'
    else if (isAtEnd) {
      if (block.rescue.length > 0) state.failed = { ...unfailed }
      state.run = 'always'
      state.didRescue = true
    } else return false
    return true
  }
  if (!isAtEnd) return false
  if (state.hasFailed) state.run = 'complete'
  else {
    state.nextBlock()
    state.run = 'tasks'
    state.didRescue = false
  }
  return true
}

/** Whether the host is out of the play, looking at rescues that are still to come. */
export function isFailed(state: HostState | undefined): boolean {
  if (state === undefined) return false
  if (state.run === 'rescue' && isFailed(state.child.rescue)) return true
  if (state.run === 'always' && isFailed(state.child.always)) return true
  if (state.hasFailed) {
    if (state.run === 'rescue' && !state.failed.rescue) return false
    if (state.run === 'always' && !state.failed.always) return false
    return !(state.didRescue && !state.failed.always)
  }
  if (state.run !== 'tasks' || !isFailed(state.child.tasks)) return false
  const block = state.blocks[state.block]
  return !(block !== undefined && block.rescue.length > 0 && !state.failed.rescue)
}

/** Notes a failure where the host stands; a rescue or always part comes next. */
export function fail(state: HostState): void {
  const block = state.blocks[state.block]
  if (state.run === 'setup') {
    state.failed.setup = true
    state.run = 'complete'
  } else if (state.run === 'tasks' || state.run === 'rescue' || state.run === 'always') {
    const part = state.run
    const child = state.child[part]
    if (child !== undefined) {
      fail(child)
      return
    }
    state.failed[part] = true
    const hasRescue = part === 'tasks' && (block?.rescue.length ?? 0) > 0
    const hasAlways = part !== 'always' && (block?.always.length ?? 0) > 0
    state.run = hasRescue ? 'rescue' : hasAlways ? 'always' : 'complete'
  }
}

/** Forgets all failures of a state. */
export function clearFailures(state: HostState): void {
  state.failed = { ...unfailed }
  const child = state.child.tasks ?? state.child.rescue ?? state.child.always
  if (child !== undefined) clearFailures(child)
}

/** Whether a failure here would be rescued. */
export function isRescuing(state: HostState): boolean {
  const block = state.blocks[state.block]
  if (state.run === 'tasks' && (block?.rescue.length ?? 0) > 0) return true
  const child = state.child.tasks ?? state.child.rescue ?? state.child.always
  return child !== undefined && isRescuing(child)
}

/** The state of the innermost block that the host is in. */
export function activeState(state: HostState): HostState {
  const { run } = state
  const child =
    run === 'tasks' || run === 'rescue' || run === 'always' ? state.child[run] : undefined
  return child === undefined ? state : activeState(child)
}

/** Puts blocks in after the place where the host stands. */
export function insert(state: HostState, blocks: readonly Block[]): void {
  if (blocks.length === 0 || (state.hasFailed && state.run === 'tasks')) return
  if (state.run === 'handlers') {
    const added = blocks.flatMap(block => block.block.filter(entry => entry.kind === 'task'))
    const all = [...state.handlers]
    all.splice(state.handlerIndex, 0, ...added)
    state.handlers = all
    return
  }
  if (state.run !== 'tasks' && state.run !== 'rescue' && state.run !== 'always') return
  const part = state.run
  const child = state.child[part]
  if (child !== undefined) {
    insert(child, blocks)
    return
  }
  const block = state.blocks[state.block]
  if (block === undefined) return
  const entries = [...entriesOf(block, part)]
  entries.splice(state.index[part], 0, ...blocks)
  state.blocks[state.block] = block.with({
    block: part === 'tasks' ? entries : block.block,
    rescue: part === 'rescue' ? entries : block.rescue,
    always: part === 'always' ? entries : block.always,
  })
}
