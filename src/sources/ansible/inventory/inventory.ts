// An inventory as ansible-core reads it: hosts, groups, variables, each with its place.
// Upstream: ansible-core 2.16, 2.18, 2.19 inventory/manager.py, vars/manager.py.

import { Failure } from '../failure.ts'
import { type Files, FileTree } from '../files.ts'
import { compareStrings } from '../../../base/compare.ts'
import { combined } from './combine.ts'
import { InventoryData } from './data.ts'
import { MessageLog } from './messages.ts'
import type { Group, Host, Message, Unsupported, Variables } from './model.ts'
import type { Settings } from './settings.ts'
import { warnOfReservedNames } from './reserved-names.ts'
import { readSources } from './sources.ts'
import { type FileVariables, type Kind, VariableFiles } from './variable-files.ts'

/** Everything that was read; playbooks may add hosts and groups to `data`. */
export interface Inventory {
  readonly settings: Settings
  /** The sources as they were given (`-i`). */
  readonly sources: readonly string[]
  readonly hosts: ReadonlyMap<string, Host>
  readonly groups: ReadonlyMap<string, Group>
  readonly data: InventoryData
  readonly files: VariableFiles
  /** What groups give their hosts, by the names of the groups. */
  readonly shared: Map<string, HostVariables>
  /** Warnings in the order in which the engine shows them; more come with variables and patterns. */
  readonly messages: readonly Message[]
  readonly unsupported: readonly Unsupported[]
  /** Where settings make a source that cannot be read the end of the run. */
  readonly failure?: Message
}

/** Reads the inventory that `sources` name in `files`; wrong input ends in messages. */
export function readInventory(
  files: Files,
  sources: readonly string[],
  settings: Settings,
): Inventory {
  const tree = new FileTree(files)
  const log = new MessageLog(settings.version)
  const data = new InventoryData(settings, log)
  const variableFiles = new VariableFiles(tree, settings, log)
  const rest = {
    settings,
    sources,
    hosts: data.hosts,
    groups: data.groups,
    data,
    files: variableFiles,
    shared: new Map<string, HostVariables>(),
    messages: log.messages,
  }
  try {
    return { ...rest, unsupported: readSources(data, tree, sources) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { ...rest, unsupported: [], failure: errorOf(error) }
  }
}

function errorOf(failure: Failure): Message {
  const place = failure.at === undefined ? {} : { at: failure.at }
  return { severity: 'error', text: failure.message, about: 'source', ...place }
}

/** The variables of a host with all that its groups and the files beside the inventory say. */
export interface HostVariables {
  readonly variables: Variables
  /** Files that cannot be read; the engine stops at the first. */
  readonly errors: readonly Message[]
}

/** The groups of a host but `all`, from the weakest to the strongest. */
export function groupsOf(host: Host): readonly Group[] {
  return host.groups.filter(({ name }) => name !== 'all').sort(byStrength)
}

function byStrength(a: Group, b: Group): number {
  if (a.depth !== b.depth) return a.depth - b.depth
  if (a.priority !== b.priority) return a.priority < b.priority ? -1 : 1
  return compareStrings(a.name, b.name)
}

/** The variables of one host by the engine's precedence; magic variables are not among them. */
export function hostVariables(inventory: Inventory, host: Host): HostVariables {
  const shared = groupVariables(inventory, groupsOf(host))
  const own = new Layers(inventory, shared)
  own.add(host.variables)
  own.addFiles('beside', 'host_vars', [host.name])
  own.addFiles('play', 'host_vars', [host.name])
  const { variables, errors } = own
  // The engine warns once it has all variables, and a file that is wrong ends it before.
  if (errors.length === 0) warnOfNames(inventory, variables)
  return { variables, errors }
}

/** What a host has of its own: its line in the inventory and its host_vars. */
export function ownVariables(inventory: Inventory, host: Host): HostVariables {
  const own = new Layers(inventory, { variables: new Map(), errors: [] })
  own.add(host.variables)
  own.addFiles('beside', 'host_vars', [host.name])
  own.addFiles('play', 'host_vars', [host.name])
  return { variables: own.variables, errors: own.errors }
}

/** What the groups of a host give it: one object for all hosts of the same groups. */
export function sharedVariables(inventory: Inventory, host: Host): HostVariables {
  return groupVariables(inventory, groupsOf(host))
}

// Hosts of the same groups share what the groups give.
function groupVariables(inventory: Inventory, groups: readonly Group[]): HostVariables {
  const names = groups.map(({ name }) => name)
  const key = names.join('\n')
  const known = inventory.shared.get(key)
  if (known !== undefined) return known
  const layers = new Layers(inventory, { variables: new Map(), errors: [] })
  layers.add(inventory.groups.get('all')?.variables ?? new Map())
  for (const group of groups) layers.add(group.variables)
  layers.addFiles('beside', 'group_vars', ['all'])
  layers.addFiles('play', 'group_vars', ['all'])
  layers.addFiles('beside', 'group_vars', names)
  layers.addFiles('play', 'group_vars', names)
  const { variables, errors } = layers
  inventory.shared.set(key, { variables, errors })
  return { variables, errors }
}

function warnOfNames({ settings, data, files }: Inventory, variables: Variables): void {
  warnOfReservedNames(variables, settings.version, data.messages, path => files.fileOf(path))
}

/** Variables under construction, each layer over the ones before. */
class Layers {
  variables: Variables
  readonly errors: Message[]
  readonly #inventory: Inventory

  constructor(inventory: Inventory, { variables, errors }: HostVariables) {
    this.#inventory = inventory
    this.variables = variables
    this.errors = [...errors]
  }

  add(variables: Variables): void {
    if (variables.size === 0) return
    this.variables = combined(this.variables, variables, this.#inventory.settings)
  }

  addFiles(where: 'beside' | 'play', kind: Kind, names: readonly string[]): void {
    const { files, sources, settings } = this.#inventory
    const play = settings.playbookFolder === undefined ? [] : [settings.playbookFolder]
    for (const folder of where === 'play' ? play : files.foldersOf(sources)) {
      for (const name of names) {
        const read: FileVariables = files.of(folder, kind, name)
        this.errors.push(...read.failures.map(errorOf))
        this.add(read.variables)
      }
    }
  }
}
