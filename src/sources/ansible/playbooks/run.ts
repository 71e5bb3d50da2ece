// Runs playbooks on an inventory. Port of ansible-core 2.18 executor/playbook_executor.py and
// executor/task_queue_manager.py.

import { compareStrings } from '../../../base/compare.ts'
import type { Files } from '../files.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { hostsOf } from '../inventory/patterns.ts'
import { evaluate } from '../templating/evaluate.ts'
import { truth } from '../templating/python/iterate.ts'
import { str } from '../templating/python/represent.ts'
import { Float, isList, numberOf, type Value } from '../values.ts'
import { type Answers, unknownResult } from './answers.ts'
import { PlaybookFailure } from './failure.ts'
import type { HostClasses } from './classes.ts'
import { runFree } from './free.ts'
import { runLinear } from './linear.ts'
import type { Attributes, Play } from './model.ts'
import { parsePlaybook } from './parse-play.ts'
import { PlayRun } from './play-run.ts'
import { type OnFailure, Reader } from './reader.ts'
import { Session } from './session.ts'
import { defaultPlaybookSettings, type PlaybookSettings } from './settings.ts'
import type { TagOptions } from './tags.ts'
import type { PlayTrace, Recap } from './trace.ts'
import { PlaybookTree } from './tree.ts'
import { VariableStore } from './variables.ts'

export interface RunOptions {
  readonly files: Files
  readonly inventory: Inventory
  /** Paths of playbooks in `files`. */
  readonly playbooks: readonly string[]
  readonly extraVars?: Attributes
  /** Variables that the engine sets, such as ansible_version and ansible_check_mode. */
  readonly engineVars?: Attributes
  readonly limit?: string
  readonly tags?: TagOptions
  readonly answers?: Answers
  readonly settings?: PlaybookSettings
  /** The environment of the controller, where it is known. */
  readonly environment?: ReadonlyMap<string, string>
  /** Hosts that need not be told apart run as one. */
  readonly classes?: HostClasses
  /** Where it is not known whether something changed, its handlers are in doubt. */
  readonly supposesChanges?: boolean
  /** Hears of what is wrong with the files; the run goes on without it, and past failed tasks. */
  readonly onFailure?: OnFailure
}

export interface RunResult {
  /** The exit status of ansible-playbook. */
  readonly status: number
  readonly plays: readonly PlayTrace[]
  readonly recaps: ReadonlyMap<string, Recap>
  readonly errors: readonly string[]
  /** What ended the run early, with its place. */
  readonly failure?: PlaybookFailure
}

const noTags: TagOptions = { only: ['all'], skip: [] }

/** What is needed to look at playbooks: the plays, and who takes part. */
export interface Loaded {
  readonly plays: readonly Play[]
  readonly session: Session
}

/** Reads playbooks; throws a PlaybookFailure. */
export function loadPlaybooks(options: RunOptions): Loaded {
  const { inventory, files, playbooks } = options
  const tree = new PlaybookTree(files, inventory.settings.version)
  const extraVars = options.extraVars ?? new Map<string, Value>()
  const { onFailure } = options
  const settings = options.settings ?? defaultPlaybookSettings
  const reader = new Reader(tree, extraVars, { settings, onFailure })
  const plays = playbooks.flatMap(path => reader.attempt(() => parsePlaybook(reader, path), []))
  const store = new VariableStore({
    inventory,
    tree,
    extraVars,
    engineVars: options.engineVars ?? new Map<string, Value>(),
    playbookFolder: inventory.settings.playbookFolder ?? '',
    environment: options.environment,
    classes: options.classes,
    onFailure,
    injectsFacts: settings.injectsFacts,
  })
  const answers = options.answers ?? unknownResult
  const { supposesChanges } = options
  const session = new Session({ inventory, tree, reader, store, answers, supposesChanges })
  return { plays, session }
}

/** Runs playbooks; wrong input ends in `failure`. */
export function runPlaybooks(options: RunOptions): RunResult {
  const plays: PlayTrace[] = []
  let session: Session | undefined
  try {
    const loaded = loadPlaybooks(options)
    session = loaded.session
    checkLimit(session, options)
    const runner = new Runner(session, options, plays)
    const status = runner.run(loaded.plays)
    return { status, plays, recaps: session.recaps.byHost, errors: session.errors }
  } catch (error) {
    if (!(error instanceof PlaybookFailure)) throw error
    const recaps = session?.recaps.byHost ?? new Map<string, Recap>()
    const errors = [...(session?.errors ?? []), error.message]
    return { status: error.status, plays, recaps, errors, failure: error }
  }
}

/** The pattern and name of a play with their templates evaluated. */
export function shownPlay(
  session: Session,
  play: Play,
): { readonly name: string; readonly hosts: readonly string[] } {
  const scope = session.store.scope(play, undefined, undefined)
  const known = (value: Value): Value => {
    const evaluated = evaluate(value, scope)
    if ('value' in evaluated) return evaluated.value
    const why = 'error' in evaluated ? evaluated.error : evaluated.unknown.join('; ')
    throw new PlaybookFailure(why, 1, play.at)
  }
  const hosts = play.hosts.flatMap(host => {
    const value = known(host)
    return isList(value) ? value.map(str) : [str(value)]
  })
  const name = play.attributes.get('name')
  const hasName = name !== undefined && name !== null
  return { hosts, name: hasName ? str(known(name)) : hosts.join(',') }
}

/** The hosts of a play in its order, without those that --limit leaves out. */
export function targetsOf(session: Session, play: Play, options: RunOptions): readonly string[] {
  return ordered(hostsOfPlay(session, play, options), play)
}

function hostsOfPlay(session: Session, play: Play, options: RunOptions): readonly string[] {
  const { hosts } = shownPlay(session, play)
  const matched = hostsOf(session.inventory, hosts.join(','), options.limit, options.files)
  if ('error' in matched) throw new PlaybookFailure(matched.error, 1, play.at)
  return matched.hosts.map(({ name }) => name)
}

/** Fails where --limit leaves no host at all. */
export function checkLimit({ inventory }: Session, { limit, files }: RunOptions): void {
  if (limit === undefined || hostsOf(inventory, 'all').hosts.length === 0) return
  if (hostsOf(inventory, 'all', limit, files).hosts.length > 0) return
  throw new PlaybookFailure(
    'Specified inventory, host pattern and/or --limit leaves us with no hosts to target.',
    1,
  )
}

function ordered(names: readonly string[], play: Play): readonly string[] {
  const order = play.attributes.get('order')
  switch (order) {
    case 'reverse_inventory':
      return [...names].reverse()
    case 'sorted':
      return [...names].sort(compareStrings)
    case 'reverse_sorted':
      return [...names].sort(compareStrings).reverse()
    default:
      return names
  }
}

/** A play of hosts that run in classes is followed as one from so many batches on. */
const batchesMax = 20
const failedStatus = 2
const unreachableStatus = 4

class Runner {
  readonly #session: Session
  readonly #options: RunOptions
  readonly #plays: PlayTrace[]

  constructor(session: Session, options: RunOptions, plays: PlayTrace[]) {
    this.#session = session
    this.#options = options
    this.#plays = plays
  }

  run(plays: readonly Play[]): number {
    let status = 0
    const { reader } = this.#session
    for (const play of plays) {
      const skipped = { breaks: false, status: undefined }
      const { breaks, status: own } = reader.attempt(() => this.#play(play), skipped)
      if (own !== undefined) status = own
      if (breaks) break
    }
    return status
  }

  #play(play: Play): { readonly breaks: boolean; readonly status: number | undefined } {
    const session = this.#session
    session.store.playChanged()
    session.store.hosts = { all: [], batch: [], left: [] }
    const hosts = targetsOf(session, play, this.#options)
    if (hosts.length === 0) {
      const shown = shownPlay(session, play)
      this.#plays.push({ play, ...shown, targets: [], tasks: [], marks: ['no_hosts_matched'] })
      return { breaks: false, status: undefined }
    }
    let status = 0
    let [failedBefore, unreachableBefore] = [
      session.failedHosts.size,
      session.unreachableHosts.size,
    ]
    const batches = this.#batches(play, hosts)
    const isWhole = this.#options.classes !== undefined && batches.length > batchesMax
    let all: readonly string[] = []
    let version: number | undefined
    for (const batch of isWhole ? [hosts] : batches) {
      // A batch sees the hosts that tasks have added to the pattern, and never runs on them.
      if (version !== session.store.inventoryVersion) {
        version = session.store.inventoryVersion
        all = hostsOfPlay(session, play, this.#options)
      }
      const result = this.#batch(play, batch, { all, batches })
      status = result.status
      if (result.breaksPlay) return { breaks: true, status: failedStatus }
      const lost =
        session.failedHosts.size + session.unreachableHosts.size - failedBefore - unreachableBefore
      if (lost === session.leadersOf(batch).length) return { breaks: true, status }
      failedBefore = session.failedHosts.size
      unreachableBefore = session.unreachableHosts.size
      if (result.endsPlay) break
    }
    return { breaks: false, status }
  }

  #batch(
    play: Play,
    targets: readonly string[],
    { all, batches }: { all: readonly string[]; batches: readonly (readonly string[])[] },
  ): { readonly status: number; readonly breaksPlay: boolean; readonly endsPlay: boolean } {
    const session = this.#session
    const batch = session.leadersOf(targets)
    const run = new PlayRun({
      play,
      hosts: batch,
      targets,
      shown: shownPlay(session, play),
      tags: this.#options.tags ?? noTags,
      gathers: this.#gathers(play),
      evaluateTags: (task, tags) => {
        const evaluated = evaluate(tags, session.store.scope(play, undefined, task))
        return 'value' in evaluated && isList(evaluated.value) ? evaluated.value : undefined
      },
    })
    const isSplit = this.#options.classes !== undefined && batches.length > 1
    this.#plays.push(isSplit ? Object.assign(run.trace, { batches }) : run.trace)
    for (const host of session.failedHosts) if (batch.includes(host)) run.markFailed(host)
    const before = [...session.failedHosts]
    session.failedHosts.clear()
    const strategy = str(play.attributes.get('strategy') ?? 'linear').replace(
      /^ansible\.builtin\./,
      '',
    )
    let breaksPlay = false
    if (strategy === 'free' || strategy === 'host_pinned') {
      runFree(session, run, all, strategy === 'host_pinned')
    } else ({ breaksPlay } = runLinear(session, run, all))
    // Hosts of other batches and plays stay failed, and the status tells it.
    const failed = [...before.filter(host => !batch.includes(host)), ...run.failed()]
    for (const host of failed) session.failedHosts.add(host)
    const status = breaksPlay
      ? failedStatus
      : session.unreachableHosts.size > 0
        ? unreachableStatus
        : failed.length > 0
          ? failedStatus
          : 0
    return { status, breaksPlay, endsPlay: run.endsPlay }
  }

  #gathers(play: Play): boolean {
    const value = play.attributes.get('gather_facts')
    if (value === undefined || value === null) {
      return this.#session.reader.settings.gathering !== 'explicit'
    }
    const evaluated = evaluate(value, this.#session.store.scope(play, undefined, undefined))
    if (!('value' in evaluated)) return true
    const text = typeof evaluated.value === 'string' ? evaluated.value.toLowerCase() : undefined
    return text === undefined
      ? truth(evaluated.value)
      : ['true', 'yes', 'on', '1', 'y', 't'].includes(text)
  }

  #batches(play: Play, hosts: readonly string[]): readonly (readonly string[])[] {
    const value = play.attributes.get('serial')
    if (value === undefined || value === null) return [hosts]
    const evaluated = evaluate(value, this.#session.store.scope(play, undefined, undefined))
    const given = 'value' in evaluated ? evaluated.value : value
    const sizes = (isList(given) ? given : [given]).map(size => sizeOf(size, hosts.length))
    if (sizes.length === 0) return [hosts]
    const left = [...hosts]
    const batches: string[][] = []
    for (let index = 0; left.length > 0; index++) {
      const size = sizes[Math.min(index, sizes.length - 1)] ?? -1
      if (size <= 0) {
        batches.push(left.splice(0))
        break
      }
      batches.push(left.splice(0, size))
    }
    return batches
  }
}

// A percentage is at least one host.
function sizeOf(value: Value, count: number): number {
  const number = numberOf(value)
  if (number !== undefined) return value instanceof Float ? Math.trunc(value.value) : Number(number)
  const text = str(value)
  if (!text.endsWith('%')) return Number(text)
  return Math.max(Math.trunc((Number(text.slice(0, -1)) * count) / 100), 1)
}
