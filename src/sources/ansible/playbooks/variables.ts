// The variables of a host for a task, by precedence. Port of ansible-core 2.18 vars/manager.py
// get_vars.

import {
  type HostVariables,
  type Inventory,
  hostVariables,
  ownVariables,
  sharedVariables,
} from '../inventory/inventory.ts'
import type { Host } from '../inventory/model.ts'
import { evaluate } from '../templating/evaluate.ts'
import {
  type Memory,
  Scope,
  type ScopeOptions,
  type Variables,
  type Watch,
} from '../templating/scope.ts'
import { str } from '../templating/python/represent.ts'
import type { Unknown } from '../templating/special.ts'
import { compareStrings } from '../../../base/compare.ts'
import { isList, isMapping, type Value } from '../values.ts'
import { joinPath } from '../files.ts'
import type { HostClass, HostClasses } from './classes.ts'
import { PlaybookFailure } from './failure.ts'
import { hostVars } from './hostvars.ts'
import {
  type Layer,
  layered,
  namesOf,
  ownLayer,
  type OwnValue,
  type PlayHosts,
  playMagic,
  type State,
  withFacts,
} from './layers.ts'
import type { Attributes, Play, Task } from './model.ts'
import type { OnFailure } from './reader.ts'
import { none, SpokenLayers } from './spoken-layers.ts'
import type { PlaybookTree } from './tree.ts'

/** What the command line and the engine add. */
export interface VariableOptions {
  readonly inventory: Inventory
  readonly tree: PlaybookTree
  readonly extraVars: Attributes
  /** Variables that the engine sets for every host, such as ansible_version. */
  readonly engineVars: Attributes
  readonly playbookFolder: string
  /** Whether facts are variables of their own besides `ansible_facts`. */
  readonly injectsFacts?: boolean
  /** The environment of the controller, where it is known. */
  readonly environment?: ReadonlyMap<string, string> | undefined
  /** Hosts that need not be told apart; without them every host is for itself. */
  readonly classes?: HostClasses | undefined
  /** Hears of files of variables that cannot be read; without it they end the run. */
  readonly onFailure?: OnFailure | undefined
}

/** Where a task finds its variables. */
export interface Scopes {
  scope(play: Play, host: string | undefined, task: Task | undefined, own?: Attributes): Scope
}

const nobody: PlayHosts = { all: [], batch: [], left: [] }

const noOwn: ReadonlyMap<string, OwnValue> = new Map()

/** Keeps what tasks set on hosts, and puts all layers together. */
export class VariableStore {
  readonly #options: VariableOptions
  readonly #facts = new Map<string, Map<string, Value>>()
  readonly #included = new Map<string, Map<string, Value>>()
  readonly #set = new Map<string, Map<string, Value>>()
  readonly #own = new Map<string, ReadonlyMap<string, OwnValue>>()
  readonly #inventory = new Map<string, readonly Layer[]>()
  readonly #shared = new WeakMap<HostVariables, Layer>()
  readonly #playLayers = new Map<string, Attributes>()
  readonly #views = new Map<
    string,
    { readonly key: readonly unknown[]; readonly view: Variables }
  >()
  readonly #connections = new Map<string, Layer>()
  readonly #unknownFacts = new Map<string, Unknown>()
  readonly #spoken = new SpokenLayers()
  readonly #memories = new Map<string, Memory>()
  readonly #scopes = new Map<
    string,
    { layers: readonly (Layer | undefined)[]; epoch: number; scope: Scope }
  >()
  readonly #magicLayers = new Map<string, { key: readonly unknown[]; layer: Layer }>()
  #groups: Value | undefined
  #hostvars: Value | undefined
  // Counts changes that other hosts can see through `hostvars`.
  #epoch = 0
  #inventoryVersion = 0
  hosts: PlayHosts = nobody

  constructor(options: VariableOptions) {
    this.#options = options
  }

  get scopeOptions(): ScopeOptions {
    const { tree, environment } = this.#options
    return { version: tree.version, ...(environment !== undefined && { environment }) }
  }

  /** Facts that the host would give (setup, cached facts). */
  setFacts(host: string, facts: Attributes): void {
    const before = this.#facts.get(host)?.get('ansible_facts')
    const all = new Map<Value, Value>(before !== undefined && isMapping(before) ? before : [])
    for (const [name, value] of facts) all.set(name.replace(/^ansible_(?!local$)/, ''), value)
    const injected = this.#options.injectsFacts === false ? [] : facts
    this.#put(this.#facts, host, new Map<string, Value>([...injected, ['ansible_facts', all]]))
  }

  /** Notes that a host gives facts of which nothing is known. */
  setUnknownFacts(host: string, facts: Unknown): void {
    this.#unknownFacts.set(host, facts)
    this.#epoch += 1
  }

  /** Variables of include_vars. */
  setIncluded(host: string, vars: Attributes): void {
    this.#put(this.#included, host, vars)
  }

  /** Variables of set_fact and register. */
  set(host: string, vars: Attributes): void {
    this.#put(this.#set, host, vars)
  }

  clearFacts(host: string): void {
    this.#facts.delete(host)
    this.#epoch += 1
  }

  #put(store: Map<string, Map<string, Value>>, host: string, vars: Attributes): void {
    // A new map: scopes that were made before keep what they saw.
    const known = new Map(store.get(host))
    for (const [name, value] of vars) known.set(name, value)
    store.set(host, known)
    if (store === this.#set) this.#forgetOwn(host, vars)
    this.#epoch += 1
  }

  get classes(): HostClasses | undefined {
    return this.#options.classes
  }

  /** Notes variables of which every host of a class but its leader has its own value. */
  setOwn(leader: string, values: ReadonlyMap<string, OwnValue>): void {
    this.#own.set(leader, new Map([...(this.#own.get(leader) ?? noOwn), ...values]))
    this.#watchOwn(leader)
    this.#epoch += 1
  }

  // What all hosts of a class are given takes the place of what each had.
  #forgetOwn(leader: string, vars: Attributes): void {
    const own = this.#own.get(leader)
    if (own === undefined || ![...vars.keys()].some(name => own.has(name))) return
    this.#own.set(leader, new Map([...own].filter(([name]) => !vars.has(name))))
  }

  #watchOwn(leader: string): void {
    const each = this.classes?.of(leader)
    const own = this.#own.get(leader)
    if (each === undefined || own === undefined || each.members.length < 2) return
    each.watch.names = new Set([...each.watch.names, ...own.keys()])
  }

  /** A class has parted: what was set on its leader holds for those of all parts. */
  classParted(leader: string, parts: readonly HostClass[]): void {
    const state = this.#stateOf(leader)
    for (const part of parts) {
      if (part.leader !== leader) {
        const set = new Map(this.#set.get(leader))
        for (const [name, value] of state.own) set.set(name, value(part.leader) ?? null)
        this.#set.set(part.leader, set)
        copyEntry(this.#included, leader, part.leader)
        copyEntry(this.#facts, leader, part.leader)
        copyEntry(this.#unknownFacts, leader, part.leader)
        this.#own.set(part.leader, state.own)
      }
      this.#watchOwn(part.leader)
    }
    this.#epoch += 1
  }

  #stateOf(leader: string): State {
    return {
      set: this.#set.get(leader),
      own: this.#own.get(leader) ?? noOwn,
      included: this.#included.get(leader),
      facts: this.#facts.get(leader),
    }
  }

  #leaderOf(host: string): string {
    return this.classes?.of(host).leader ?? host
  }

  /** What tells whether a value on a host depends on what differs inside its class. */
  watchOf(host: string): Watch | undefined {
    return this.classes?.of(host).watch
  }

  /** The variables as they are now for hosts of a class, whatever is set later. */
  frozen(leader: string): Scopes {
    const state = this.#stateOf(leader)
    return {
      scope: (play, host, task, own = none) =>
        host === undefined || host === leader
          ? this.scope(play, host, task, own)
          : this.#memberScope({ play, task, host, own, leader, state }),
    }
  }

  #memberScope({ play, task, host, own, leader, state }: MemberCall): Scope {
    const facts = this.#unknownFacts.get(leader)
    const layers = this.#layers(play, leader, task, { own, host, state })
    return new Scope(withFacts(layered(layers), facts), this.scopeOptions)
  }

  /** Grows whenever groups or hosts change. */
  get inventoryVersion(): number {
    return this.#inventoryVersion
  }

  /** Groups or hosts have changed. */
  inventoryChanged(): void {
    this.#inventoryVersion += 1
    this.#inventory.clear()
    this.#playLayers.clear()
    this.#views.clear()
    this.#groups = undefined
    this.#hostvars = undefined
  }

  /** A new play begins. */
  playChanged(): void {
    this.#playLayers.clear()
  }

  #hostOf(name: string): Host | undefined {
    const { inventory } = this.#options
    return inventory.hosts.get(name) ?? inventory.data.host(name)
  }

  #inventoryOf(name: string): readonly Layer[] {
    const known = this.#inventory.get(name)
    if (known !== undefined) return known
    const { inventory } = this.#options
    const host = this.#hostOf(name)
    const layers =
      host === undefined
        ? []
        : this.classes === undefined
          ? [this.#layerOf(hostVariables(inventory, host))]
          : [
              this.#layerOf(ownVariables(inventory, host)),
              this.#layerOf(sharedVariables(inventory, host)),
            ]
    this.#inventory.set(name, layers)
    return layers
  }

  #layerOf(read: HostVariables): Layer {
    const known = this.#shared.get(read)
    if (known !== undefined) return known
    for (const error of read.errors) this.#fail(new PlaybookFailure(error.text, 4, error.at))
    const layer = new Map([...read.variables].map(([key, { value }]) => [str(key), value] as const))
    this.#shared.set(read, layer)
    return layer
  }

  #fail(failure: PlaybookFailure): void {
    const { onFailure } = this.#options
    if (onFailure === undefined) throw failure
    onFailure(failure)
  }

  #variableOf(host: string, name: string): Value | undefined {
    for (const layer of this.#inventoryOf(host)) {
      const value = layer.get(name)
      if (value !== undefined) return value
    }
    return undefined
  }

  #magic(name: string): Attributes {
    const host = this.#hostOf(name)
    const groups = (host?.groups ?? []).map(group => group.name).filter(group => group !== 'all')
    return new Map<string, Value>([...namesOf(name), ['group_names', groups.sort(compareStrings)]])
  }

  /** `groups`: hosts by group. */
  groups(): Value {
    if (this.#groups !== undefined) return this.#groups
    const { inventory } = this.#options
    const groups = new Map<Value, Value>()
    for (const name of inventory.groups.keys()) {
      const hosts = inventory.data.group(name).allHosts()
      groups.set(
        name,
        hosts.map(host => host.name),
      )
    }
    this.#groups = groups
    return groups
  }

  /** `hostvars`: variables of the inventory, facts and what tasks set, for every host. */
  hostvars(): Value {
    this.#hostvars ??= hostVars({
      options: this.scopeOptions,
      hosts: () => this.#hostNames(),
      variablesOf: name => this.#view(name),
    })
    return this.#hostvars
  }

  #hostNames(): readonly string[] {
    const { inventory, tree } = this.#options
    const names = [...inventory.hosts.keys()]
    return tree.version === '2.19' || names.includes('localhost') ? names : [...names, 'localhost']
  }

  #view(name: string): Variables | undefined {
    if (this.#hostOf(name) === undefined) return undefined
    const leader = this.#leaderOf(name)
    const { set, own, included, facts } = this.#stateOf(leader)
    const unknown = this.#unknownFacts.get(leader)
    const key = [set, own, included, facts, unknown]
    const known = this.#views.get(name)
    if (known?.key.every((part, index) => part === key[index]) === true) return known.view
    const view = layered([
      new Map([['groups', this.groups()]]),
      this.#magic(name),
      this.#options.engineVars,
      this.#options.extraVars,
      name === leader ? undefined : ownLayer(own, name),
      set,
      included,
      facts,
      ...this.#inventoryOf(name),
    ])
    const whole = withFacts(view, unknown)
    this.#views.set(name, { key, view: whole })
    return whole
  }

  /** The scope of a task on a host; `own` are variables of the moment, such as `item`. */
  scope(play: Play, host: string | undefined, task: Task | undefined, own?: Attributes): Scope {
    const given = own === undefined || own.size === 0 ? none : own
    const leader = host === undefined ? undefined : this.#leaderOf(host)
    const state = leader === undefined ? undefined : this.#stateOf(leader)
    if (host !== undefined && leader !== undefined && state !== undefined && leader !== host) {
      return this.#memberScope({ play, task, host, own: given, leader, state })
    }
    const layers = this.#layers(play, host, task, { own: given, host, state })
    // Tasks that see the same variables share what was evaluated of them.
    const last = this.#scopes.get(host ?? '')
    if (
      last?.epoch === this.#epoch &&
      last.layers.every((layer, index) => layer === layers[index])
    ) {
      return last.scope
    }
    const facts = host === undefined ? undefined : this.#unknownFacts.get(host)
    const watch = host === undefined ? undefined : this.watchOf(host)
    const options = {
      ...this.scopeOptions,
      memory: this.#memoryOf(host ?? ''),
      ...(watch !== undefined && { watch }),
    }
    const scope = new Scope(withFacts(layered(layers), facts), options)
    this.#scopes.set(host ?? '', { layers, epoch: this.#epoch, scope })
    return scope
  }

  #memoryOf(host: string): Memory {
    let memory = this.#memories.get(host)
    if (memory === undefined) {
      memory = { entries: new Map(), epoch: () => this.#epoch }
      this.#memories.set(host, memory)
    }
    return memory
  }

  // `leader` is the host itself, or the one that stands for it; `host` has its own place in the
  // inventory.
  #layers(
    play: Play,
    leader: string | undefined,
    task: Task | undefined,
    { own, host, state }: LayersOf,
  ): readonly (Layer | undefined)[] {
    const { extraVars, engineVars } = this.#options
    const role = task?.role
    const isMember = host !== leader && host !== undefined
    return [
      own,
      isMember ? namesOf(host) : undefined,
      this.#playMagic(play, leader, task),
      extraVars,
      task === undefined ? undefined : this.#spoken.ofTask(task).includeParams,
      role === undefined || task === undefined ? undefined : this.#spoken.ofTask(task).roleParams,
      isMember && state !== undefined ? ownLayer(state.own, host) : undefined,
      state?.set,
      state?.included,
      task === undefined ? undefined : this.#spoken.ofTask(task).vars,
      role === undefined || task === undefined ? undefined : this.#spoken.ofTask(task).roleVars,
      ...this.#ofPlay(play, leader),
      state?.facts,
      ...(host === undefined ? [] : this.#inventoryOf(host)),
      role === undefined || task === undefined ? undefined : this.#spoken.ofTask(task).defaults,
      this.#spoken.ofRoles(play).defaults,
      engineVars,
      host === undefined ? undefined : this.#connection(host),
    ]
  }

  // What the engine assumes of the connection to a host.
  #connection(host: string): Layer {
    const known = this.#connections.get(host)
    if (known !== undefined) return known
    const address = this.#variableOf(host, 'ansible_host') ?? host
    const layer = new Map<string, Value>([
      ['ansible_host', address],
      ['ansible_ssh_host', address],
      ['ansible_connection', 'ssh'],
      ['ansible_become', false],
      ['ansible_facts', new Map()],
    ])
    this.#connections.set(host, layer)
    return layer
  }

  #ofPlay(play: Play, host: string | undefined): readonly (Layer | undefined)[] {
    return [this.#spoken.ofRoles(play).vars, this.#varsFiles(play, host), play.vars]
  }

  // Names of files may use the variables of the host.
  #varsFiles(play: Play, host: string | undefined): Attributes {
    const key = host ?? ''
    const known = this.#playLayers.get(key)
    if (known !== undefined) return known
    const files = play.attributes.get('vars_files')
    const layer = new Map<string, Value>()
    this.#playLayers.set(key, layer)
    if (files === undefined || files === null) return layer
    for (const entry of isList(files) ? files : [files]) {
      for (const [name, value] of this.#varsFile(play, host, entry)) layer.set(name, value)
    }
    return layer
  }

  #varsFile(play: Play, host: string | undefined, entry: Value): Attributes {
    const { tree, playbookFolder } = this.#options
    const names = isList(entry) ? entry : [entry]
    const layer = new Map<string, Value>()
    const scope = this.scope(play, host, undefined)
    for (const name of names) {
      const evaluated = evaluate(name, scope)
      if (!('value' in evaluated)) {
        if (host === undefined || 'unknown' in evaluated) return layer
        this.#fail(new PlaybookFailure(evaluated.error, 1, play.at))
        return layer
      }
      const path = [
        joinPath(play.folder, str(evaluated.value)),
        joinPath(playbookFolder, str(evaluated.value)),
      ].find(each => tree.isFile(each))
      if (path === undefined) continue
      const value = tree.load(path)
      if (value !== null && isMapping(value)) {
        for (const [key, each] of value) layer.set(str(key), each)
      }
      return layer
    }
    if (host === undefined) return layer
    this.#fail(new PlaybookFailure(`vars file ${str(names[0] ?? '')} was not found`, 1, play.at))
    return layer
  }

  #playMagic(play: Play, host: string | undefined, task: Task | undefined): Layer {
    const place = `${host ?? ''}\n${task?.role?.path ?? ''}`
    const key = [play, play.roles.length, this.hosts, this.groups(), this.hostvars()]
    const known = this.#magicLayers.get(place)
    if (known?.key.every((part, index) => part === key[index]) === true) return known.layer
    const { hosts } = this
    const facts = { play, groups: this.groups(), hostvars: this.hostvars(), hosts, task }
    const layer = playMagic(facts)
    if (host !== undefined) for (const [name, value] of this.#magic(host)) layer.set(name, value)
    this.#magicLayers.set(place, { key, layer })
    return layer
  }
}

interface LayersOf {
  readonly own: Layer
  readonly host: string | undefined
  readonly state: State | undefined
}

interface MemberCall {
  readonly play: Play
  readonly task: Task | undefined
  readonly host: string
  readonly own: Layer
  readonly leader: string
  readonly state: State
}

function copyEntry<T>(map: Map<string, T>, from: string, to: string): void {
  const value = map.get(from)
  if (value !== undefined) map.set(to, value)
}
