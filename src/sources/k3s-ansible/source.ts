// Inventories of k3s-ansible become nodes and the components that their version of k3s brings.
// Upstream: k3s-io/k3s-ansible 281554e, timothystewart6/k3s-ansible 4dc333a: inventories and roles.

import { statSync } from 'node:fs'
import { nearest } from '../../base/nearest.ts'
import type { Location, Problem } from '../../base/problem.ts'
import type { HostMatrix } from '../../explain/host-matrix.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Assumption } from '../../trials/spec.ts'
import { type Inventory, readInventory } from '../ansible/inventory/inventory.ts'
import type { Host } from '../ansible/inventory/model.ts'
import { defaultSettings, withConfiguration } from '../ansible/inventory/settings.ts'
import { normalPath } from '../ansible/files.ts'
import { configuredInventories, readInventoryFiles } from '../ansible/read-files.ts'
import { isTruthy, textOf } from '../ansible/values.ts'
import type { Place, Source, SourceResult } from '../framework.ts'
import { codes, errorAt, warningAt } from '../problems.ts'
import { type SourceFile, sourceFile, type SourceObject } from '../source-object.ts'
import { valuesOf } from './arguments.ts'
import { defaultVersion, type Flavour, flavourOf, flavourOfText, variableOf } from './flavours.ts'
import { HostValues } from '../ansible/installer/host-values.ts'
import {
  encryptedFile,
  inventoryProblems,
  variableProblem,
} from '../ansible/installer/inventory-problems.ts'
import { nodeSize } from '../ansible/installer/pools.ts'
import { hostRows } from './hosts.ts'
import { type Member, memberOf, poolsOf, type Role } from './nodes.ts'
import { packagedObjects } from './packaged.ts'
import { gateSettingsOf, isTaken, timersOf } from './timers.ts'
import { hasSince, k3sVersion, type K3sVersion } from './version.ts'

export const k3sAnsible = {
  name: 'k3s-ansible',
  doc: 'An inventory of k3s-ansible: hosts become nodes, the version of k3s its own components.',
  isInventory: true,
  detect: place => (readK3s(place) === undefined ? 'no' : 'certain'),
  load: loadCluster,
  hosts: k3sHosts,
  installer: {
    inventories: sourcesOf,
    usual: [
      'playbooks/site.yml',
      'playbooks/upgrade.yml',
      'playbooks/reboot.yml',
      'site.yml',
      'upgrade.yml',
      'reboot.yml',
    ],
    voterUnits: /(?:^|['"])k3s(?:\.service)?(?:['"]|$)/,
  },
} satisfies Source

/** Names of files that are inventories without being named by the user. */
const usual = /(?:^|\/)(?:hosts|inventory)[^/]*$/
const inventoryEnding = /\.(?:ini|ya?ml|json|cfg)$|(?:^|\/)[^./]+$/
const mark = /k3s|^\s*\[?(?:master|server)\]?:?\s*$/m
const bytesMax = 4 * 1024 * 1024

interface Found {
  readonly inventory: Inventory
  readonly flavour: Flavour
  readonly file: SourceFile
}

// Most files are no inventories, so the cheap questions come first.
function readK3s(place: Place): Found | undefined {
  const sources = sourcesOf(place).map(normalPath)
  const [first] = sources
  if (first === undefined) return undefined
  const { files, configuration } = readInventoryFiles(sources)
  const text = files.get(first) ?? [...files.values()].find(each => mark.test(each))
  if (text === undefined || /^apiVersion:/m.test(text) || !mark.test(text)) return undefined
  const settings = withConfiguration(defaultSettings('2.18'), configuration)
  const inventory = readInventory(files, sources, settings)
  const flavour = flavourOf(inventory) ?? flavourOfText(text)
  return flavour === undefined ? undefined : { inventory, flavour, file: sourceFile(first, text) }
}

// A folder with an ansible.cfg speaks for itself: the inventory that it names.
function sourcesOf(place: Place): readonly string[] {
  if (place.type === 'folder') {
    return place.entries.includes('ansible.cfg') ? configuredInventories(place.path) : []
  }
  if (place.type !== 'file' || !inventoryEnding.test(place.path)) return []
  if (!place.isNamed && !usual.test(place.path)) return []
  return statSync(place.path).size > bytesMax ? [] : [place.path]
}

interface Reading extends Found {
  readonly values: HostValues
  readonly problems: Problem[]
  readonly assumptions: Assumption[]
}

/** What every host becomes; undefined when the inventory is for another installer. */
function k3sHosts(place: Place): HostMatrix | undefined {
  const found = readK3s(place)
  if (found === undefined) return undefined
  const reading = started(found)
  const { inventory, flavour, values, problems } = reading
  const members = membersOf(reading)
  const version = versionOf(reading)
  const store = memory(reading, members)
  if (members.length > 0) assume(reading, members)
  return {
    installer: flavour.name,
    release: {
      what: `k3s ${version.text}`,
      why: `the inventory is one of ${flavour.name}`,
      setBy: reading.file.name,
    },
    ...hostRows(inventory, members, store === 'etcd'),
    problems: [
      ...inventoryProblems(inventory, place.path),
      ...values.errors.map(error => variableProblem(error, place.path)),
      ...inventory.files.unsupported.map(encryptedFile),
      ...problems,
    ],
  }
}

function started(found: Found): Reading {
  return { ...found, values: new HostValues(found.inventory), problems: [], assumptions: [] }
}

function loadCluster(place: Place): SourceResult {
  const found = readK3s(place)
  if (found === undefined) return { objects: [], problems: [] }
  const reading = started(found)
  const { values } = reading
  const { flavour, problems, assumptions, inventory } = reading
  const members = membersOf(reading)
  const version = versionOf(reading)
  const labels = (role: Role) => labelsOf(role, version, memory(reading, members) === 'etcd')
  const groups = { server: flavour.servers, agent: flavour.agents }
  const pools = poolsOf(members, groups, labels, problems)
  if (members.length > 0) assume(reading, members)
  const disabled = new Set(
    members
      .filter(({ role }) => role === 'server')
      .flatMap(({ arguments: given }) => [
        ...valuesOf(given, 'disable'),
        ...valuesOf(given, 'no-deploy'),
      ]),
  )
  problems.push(...misspelt(members))
  const at = variableOf(inventory, 'k3s_version')?.at ?? { file: place.path, line: 1, column: 1 }
  return {
    objects:
      members.length === 0
        ? []
        : packagedObjects(version, disabled).map(object => placed(object, at, reading.file)),
    problems: [
      ...inventoryProblems(inventory, place.path),
      ...values.errors.map(error => variableProblem(error, place.path)),
      ...inventory.files.unsupported.map(encryptedFile),
      ...problems,
    ],
    assumptions,
    notes: notesOf(reading, disabled, members),
    platform: {
      setBy: place.path,
      kubernetes: `1.${version.minor}`,
      ...timersOf(members),
      ...gateSettingsOf(members),
      pools,
    },
  }
}

// An object of ours has no text; all of it comes from the line that names the version.
function placed(object: KubeObject, at: Location, file: SourceFile): SourceObject {
  const source = { file, index: 0, start: 0, end: file.text.length, valueStart: 0 }
  return { object, source, locate: () => at, range: () => undefined }
}

function membersOf(reading: Reading): readonly Member[] {
  const { inventory, flavour, values, problems, file } = reading
  const hostsIn = (group: string): readonly Host[] =>
    inventory.groups.has(group) ? inventory.data.group(group).allHosts() : []
  const servers = hostsIn(flavour.servers)
  const agents = hostsIn(flavour.agents)
  if (servers.length === 0) problems.push(noServers(reading))
  const both = agents.filter(host => servers.includes(host))
  for (const host of both) {
    problems.push(
      warningAt(codes.inventoryGroups, host.at[0] ?? { file: file.name }, {
        what: `${host.name} is in ${flavour.servers} and in ${flavour.agents}`,
        why: 'the play for agents would set it up a second time; it counts as a server',
        todo: 'leave it in one of the two groups',
      }),
    )
  }
  problems.push(...strangers(reading, new Set([...servers, ...agents])))
  return [
    ...servers.map(host => memberOf(host, 'server', values, problems)),
    ...agents
      .filter(host => !both.includes(host))
      .map(host => memberOf(host, 'agent', values, problems)),
  ]
}

function noServers({ inventory, flavour, file }: Reading): Problem {
  const at = inventory.groups.get('k3s_cluster')?.at[0] ?? { file: file.name, line: 1, column: 1 }
  const groups = [...inventory.groups.keys()].filter(name => name !== 'all' && name !== 'ungrouped')
  return errorAt(codes.inventoryGroups, inventory.groups.get(flavour.servers)?.at[0] ?? at, {
    what: `the group ${flavour.servers} has no hosts`,
    why: 'the installer sets up its hosts as servers, and without one there is no cluster',
    todo: `put a host into ${flavour.servers}; the groups are ${groups.join(', ') || 'none'}`,
  })
}

// Hosts of the cluster's group that no play of the installer sets up.
function strangers({ inventory, flavour }: Reading, known: ReadonlySet<Host>): readonly Problem[] {
  const all = inventory.groups.has('k3s_cluster')
    ? inventory.data.group('k3s_cluster').allHosts()
    : []
  return all
    .filter(host => !known.has(host))
    .map(host =>
      warningAt(codes.inventoryGroups, host.at[0] ?? { file: '' }, {
        what: `${host.name} is neither in ${flavour.servers} nor in ${flavour.agents}`,
        why: 'no play installs k3s on it, so it becomes no node',
        todo: `put it into one of the two groups`,
      }),
    )
}

function versionOf(reading: Reading): K3sVersion {
  const { inventory, values, problems, file } = reading
  const [host] = inventory.hosts.values()
  const variable = variableOf(inventory, 'k3s_version')
  const evaluated = host === undefined ? undefined : values.value(host, 'k3s_version')
  const text = evaluated !== undefined && 'value' in evaluated ? textOf(evaluated.value) : undefined
  const version = text === undefined ? undefined : k3sVersion(text)
  if (version !== undefined) return version
  const fallback = k3sVersion(defaultVersion) as K3sVersion
  const at = variable?.at ?? { file: file.name, line: 1, column: 1 }
  problems.push(
    warningAt(codes.inventoryVariable, at, {
      what: variable === undefined ? 'k3s_version is not set' : 'k3s_version is no version of k3s',
      why: `what k3s brings along depends on it; ${fallback.text} is taken instead`,
      todo: `write it as in k3s_version: ${fallback.text}`,
    }),
  )
  return fallback
}

type Memory = 'etcd' | 'SQLite' | 'an external database'

// Where the servers keep the state of the cluster.
function memory({ values }: Reading, members: readonly Member[]): Memory {
  const servers = members.filter(({ role }) => role === 'server')
  const isExternal = servers.some(({ host, arguments: given }) => {
    const external = values.value(host, 'use_external_database')
    const says = external !== undefined && 'value' in external && isTruthy(external.value)
    return says || valuesOf(given, 'datastore-endpoint').length > 0
  })
  if (isExternal) return 'an external database'
  const isStarted = servers.some(({ arguments: given }) =>
    given.some(({ name }) => name === 'cluster-init'),
  )
  return servers.length > 1 || isStarted ? 'etcd' : 'SQLite'
}

const masterLabel = { 34: 0 } as const

function labelsOf(
  role: Role,
  version: K3sVersion,
  hasEtcd: boolean,
): Readonly<Record<string, string>> {
  if (role === 'agent') return {}
  const names = [
    'control-plane',
    ...(hasEtcd ? ['etcd'] : []),
    ...(hasSince(version, masterLabel) ? [] : ['master']),
  ]
  return Object.fromEntries(names.map(name => [`node-role.kubernetes.io/${name}`, 'true']))
}

function assume(reading: Reading, members: readonly Member[]): void {
  const { assumptions, problems, flavour, inventory, file } = reading
  const setBy = 'default'
  assumptions.push({
    what: `nodes of ${nodeSize.cpu} CPU / ${nodeSize.memory}`,
    why: 'an inventory says nothing about the size of its hosts; --pool and seatrial.yaml do',
    setBy,
  })
  const servers = members.filter(({ role }) => role === 'server').length
  const store = memory(reading, members)
  const how = store === 'etcd' ? `etcd with ${servers} members` : store
  assumptions.push({
    what: `the servers keep the state of the cluster in ${how}`,
    why: `${flavour.name} decides so by the number of servers and use_external_database`,
    setBy: file.name,
  })
  if (store !== 'etcd' || servers % 2 === 1) return
  const at = inventory.groups.get(flavour.servers)?.at[0] ?? { file: file.name }
  const losses = servers / 2 - 1
  const survives = losses === 0 ? 'no loss' : `the loss of ${losses}`
  problems.push(
    warningAt(codes.evenQuorum, at, {
      what: `${servers} servers are an even number of etcd members`,
      why: `a majority of ${servers} survives ${survives}, no more than ${servers - 1} would`,
      todo: `take ${servers - 1} or ${servers + 1} servers; no play of the installer asks for it`,
    }),
  )
}

/** What `--disable` knows of itself; any other name is that of a manifest of the user. */
const disablable = [
  'coredns',
  'local-storage',
  'metrics-server',
  'runtimes',
  'servicelb',
  'traefik',
]

function misspelt(members: readonly Member[]): readonly Problem[] {
  const given = members
    .filter(({ role }) => role === 'server')
    .flatMap(member => member.arguments)
    .filter(({ name }) => name === 'disable' || name === 'no-deploy')
  const told = new Set<string>()
  return given.flatMap(argument =>
    valuesOf([argument], argument.name).flatMap(name => {
      const meant = disablable.includes(name) ? undefined : nearest(name, disablable)
      if (meant === undefined || told.has(name)) return []
      told.add(name)
      return warningAt(codes.inventoryVariable, argument.at, {
        what: `k3s has no component "${name}" that --disable could leave out`,
        why: 'it looks for manifests of that name and goes on without a word: the component stays',
        todo: `did you mean ${meant}?`,
      })
    }),
  )
}

/** Packaged components whose pods are not part of the twin. */
const unmodelled: readonly string[] = ['traefik']

function notesOf(
  { flavour }: Reading,
  disabled: ReadonlySet<string>,
  members: readonly Member[],
): readonly string[] {
  const left = [...unmodelled.filter(name => !disabled.has(name)), ...flavour.extras]
  const given = members.flatMap(member => member.arguments)
  const tuned = new Set(
    componentArguments.flatMap(name => valuesOf(given, name).filter(text => !isRead(name, text))),
  )
  const notes: string[] = []
  if (left.length > 0) notes.push(`${left.join(', ')}: installed as well, not part of the twin`)
  if (tuned.size > 0) notes.push(`${[...tuned].join(', ')}: set by the inventory, not modelled`)
  return notes
}

/** Settings that are handed on to the parts of Kubernetes. */
const componentArguments: readonly string[] = [
  'kube-apiserver-arg',
  'kube-controller-manager-arg',
  'kube-controller-arg',
  'kube-scheduler-arg',
  'kubelet-arg',
]

function isRead(name: string, text: string): boolean {
  return /^(?:--)?max-pods=/.test(text) || isTaken(name, text)
}
