// An inventory of Kubespray, read: its hosts by part, its release, and what decides the cluster.
// Upstream: kubernetes-sigs/kubespray v2.22.0 to v2.31.0, inventory/sample, galaxy.yml.

import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Location } from '../../base/problem.ts'
import type { Assumption } from '../../trials/spec.ts'
import { HostValues } from '../ansible/installer/host-values.ts'
import { type Inventory, readInventory } from '../ansible/inventory/inventory.ts'
import type { Host } from '../ansible/inventory/model.ts'
import { defaultSettings, withConfiguration } from '../ansible/inventory/settings.ts'
import { normalPath } from '../ansible/files.ts'
import { configuredInventories, readInventoryFiles } from '../ansible/read-files.ts'
import type { Value } from '../ansible/values.ts'
import type { Place } from '../framework.ts'
import { codes, errorAt, warningAt } from '../problems.ts'
import { type SourceFile, sourceFile } from '../source-object.ts'
import { addComputedGroups, type Layout, layoutOf } from './layout.ts'
import { Settings } from './settings.ts'
import { variables } from './variables.ts'
import {
  firstComputing,
  minorOfKubernetes,
  minorOfKubespray,
  newestRelease,
  oldestRelease,
  type Release,
  releaseFor,
  releaseOf,
} from './versions.ts'

/** Names of files that are inventories without being named by the user. */
const usual = /(?:^|\/)(?:hosts|inventory)[^/]*$/
const inventoryEnding = /\.(?:ini|ya?ml|json|cfg)$|(?:^|\/)[^./]+$/
/** A group of Kubespray at the beginning of a line, in INI or YAML. */
const mark =
  /^\s*["']?\[?(?:kube_control_plane|kube_node|k8s_cluster|kube-master|kube-node|k8s-cluster)(?::\w+)?\]?["']?:?\s*(?:[{#].*)?$/m
const bytesMax = 16 * 1024 * 1024

export interface Reading {
  readonly inventory: Inventory
  /** The first inventory file, for what has no other place. */
  readonly file: SourceFile
  readonly release: Release
  /** Who said so. */
  readonly releaseBy: Assumption
  /** The minor of Kubernetes. */
  readonly kubernetes: number
  readonly layout: Layout
  readonly settings: Settings
  readonly values: HostValues
  /** The host whose variables speak for the cluster: the first control plane, else the first. */
  readonly speaker: Host | undefined
}

/** The inventories that a place stands for, when they are Kubespray's. */
export function inventoriesOf(place: Place): readonly string[] {
  if (place.type === 'folder') return inFolder(place)
  if (place.type !== 'file' || !inventoryEnding.test(place.path)) return []
  if (!place.isNamed && !usual.test(place.path)) return []
  return isMarked(place.path) ? [place.path] : []
}

// A folder stands for its inventory when it has just one; the ansible.cfg in it has the first word.
function inFolder({ entries, path }: Place): readonly string[] {
  if (entries.includes('ansible.cfg')) {
    const configured = configuredInventories(path)
    if (configured.some(isMarkedPlace)) return configured
  }
  if (!entries.includes('group_vars') && !entries.includes('host_vars')) return []
  const found = entries
    .filter(name => usual.test(name) && inventoryEnding.test(name))
    .map(name => join(path, name))
    .filter(isMarked)
  return found.length === 1 ? found : []
}

function isMarkedPlace(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return isMarked(path)
  const { files } = readInventoryFiles([path])
  return [...files.values()].some(text => mark.test(text))
}

function isMarked(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isFile() !== true || stats.size > bytesMax) return false
  const text = textOfFile(path) ?? ''
  return mark.test(text) && !/^apiVersion:/m.test(text)
}

function textOfFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * Reads the inventories that a place stands for; undefined when they are not Kubespray's. `tree` is
 * a checkout of Kubespray that the user named.
 */
export function readKubespray(place: Place, tree?: string): Reading | undefined {
  const sources = inventoriesOf(place).map(normalPath)
  const [first] = sources
  if (first === undefined) return undefined
  const { files, configuration } = readInventoryFiles(sources)
  const settings = withConfiguration(defaultSettings('2.18'), configuration)
  const inventory = readInventory(files, sources, settings)
  const [name, text] = files.has(first)
    ? [first, files.get(first) ?? '']
    : ([...files].find(([, each]) => mark.test(each)) ?? [first, ''])
  return readingOf(inventory, sourceFile(name, text), tree)
}

/** Role defaults, which templates in an inventory may name. */
const usualValues: ReadonlyMap<string, Value> = new Map(
  Object.entries(variables)
    .filter(([name]) => name !== 'kube_version' && name !== 'dns_min_replicas')
    .map(([name, { usual: value }]) => [name, value]),
)

// Groups decide which files of variables count, and for want of a checkout a variable decides which
// release it is, whose plays decide the groups. A release without computed groups can only be told
// by what counts without them.
function readingOf(inventory: Inventory, file: SourceFile, tree: string | undefined): Reading {
  const checkout = (tree === undefined ? undefined : checkoutAt(tree)) ?? checkoutAbove(file.name)
  const layouts = {
    declared: layoutOf(inventory, releaseOf(oldestRelease)),
    computed: layoutOf(inventory, releaseOf(newestRelease)),
  }
  const plain = checkout === undefined ? spoken(inventory, layouts.computed) : undefined
  const told = plain === undefined ? undefined : kubernetesOf(plain.settings, plain.speaker)?.minor
  const minor = checkout?.minor ?? (told === undefined ? newestRelease : releaseFor(told).minor)
  const layout = releaseOf(minor).computesCluster ? layouts.computed : layouts.declared
  addComputedGroups(inventory, layout)
  const { values, settings, speaker } = spoken(inventory, layout)
  const version = kubernetesOf(settings, speaker)
  const { release, releaseBy } = releaseBehind({
    checkout,
    kubernetes: version?.minor,
    isComputed: releaseOf(minor).computesCluster,
    inventory: file.name,
  })
  if (version !== undefined) checkKubernetes(settings, version, release)
  const kubernetes = version?.minor ?? release.kubernetes.usual
  return { inventory, file, release, releaseBy, kubernetes, layout, values, settings, speaker }
}

/** The variables of an inventory, and the host that speaks for all. */
function spoken(
  inventory: Inventory,
  { hosts, cluster }: Layout,
): Pick<Reading, 'values' | 'settings' | 'speaker'> {
  const values = new HostValues(inventory, { defaults: usualValues })
  const [anyone] = inventory.hosts.values()
  const speaker = hosts.controlPlane[0] ?? cluster[0] ?? anyone
  return { values, settings: new Settings(values), speaker }
}

interface KubernetesVersion {
  readonly minor: number
  readonly text: string
  readonly at: Location
}

function kubernetesOf(
  settings: Settings,
  speaker: Host | undefined,
): KubernetesVersion | undefined {
  const { value, at } = settings.text(speaker, 'kube_version')
  if (at === undefined || value === '') return undefined
  const minor = minorOfKubernetes(value)
  if (minor !== undefined) return { minor, text: value, at }
  settings.tell(
    warningAt(codes.inventoryVariable, at, {
      what: `kube_version is ${value}, which is no version of Kubernetes`,
      why: 'Kubespray looks its checksum up and finds none; its own version is taken instead',
      todo: 'write it in full, as in kube_version: 1.33.4',
    }),
  )
  return undefined
}

function checkKubernetes(
  settings: Settings,
  { minor, text, at }: KubernetesVersion,
  { kubernetes: { oldest, usual: newest }, minor: line }: Release,
): void {
  if (minor >= oldest && minor <= newest) return
  const isOld = minor < oldest
  settings.tell(
    (isOld ? errorAt : warningAt)(codes.inventoryVariable, at, {
      what: isOld
        ? 'The current release of Kubespray only support newer version of Kubernetes than ' +
          `v1.${oldest}.0 - You are trying to apply ${text}`
        : `kube_version is ${text}, newer than what v2.${line} knows`,
      why: `Kubespray v2.${line} has checksums for 1.${oldest} to 1.${newest}`,
      todo: 'take a version of that range, or the release of Kubespray that goes with it',
    }),
  )
}

interface Chosen {
  readonly release: Release
  readonly releaseBy: Assumption
}

interface Evidence {
  readonly checkout: Checkout | undefined
  readonly kubernetes: number | undefined
  /** The version of Kubernetes only counts where groups are computed. */
  readonly isComputed: boolean
  readonly inventory: string
}

function releaseBehind({ checkout, kubernetes, isComputed, inventory }: Evidence): Chosen {
  if (checkout !== undefined) {
    const { minor, file } = checkout
    return chosen(releaseOf(minor), `its galaxy.yml says 2.${minor}${nearest(minor)}`, file)
  }
  if (kubernetes !== undefined) {
    const usualOne = releaseFor(kubernetes)
    const isLater = isComputed && !usualOne.computesCluster
    const why = isLater
      ? 'it is the first that puts k8s_cluster together, where kube_version is set here'
      : `it is the first that installs Kubernetes 1.${kubernetes} unless told otherwise`
    const release = isLater ? releaseOf(firstComputing) : usualOne
    return chosen(release, `${why}; an inventory does not name its release`, inventory)
  }
  const why = 'neither a galaxy.yml above the inventory nor kube_version tells which it is'
  return chosen(releaseOf(newestRelease), why, 'default')
}

function nearest(minor: number): string {
  if (minor >= oldestRelease && minor <= newestRelease) return ''
  return `, and the nearest that is known is taken`
}

function chosen(release: Release, why: string, setBy: string): Chosen {
  return { release, releaseBy: { what: `Kubespray v2.${release.minor}`, why, setBy } }
}

/** How far above the inventory the checkout of Kubespray may lie. */
const levelsMax = 4

interface Checkout {
  readonly minor: number
  readonly file: string
}

function checkoutAt(folder: string): Checkout | undefined {
  const file = normalPath(join(folder, 'galaxy.yml'))
  const text = textOfFile(file)
  if (text === undefined || !/^name:\s*["']?kubespray\b/m.test(text)) return undefined
  const minor = minorOfKubespray(/^version:\s*["']?([^\s"'#]+)/m.exec(text)?.[1] ?? '')
  return minor === undefined ? undefined : { minor, file }
}

function checkoutAbove(inventory: string): Checkout | undefined {
  let folder = dirname(inventory)
  for (let level = 0; level < levelsMax; level += 1) {
    const found = checkoutAt(folder)
    if (found !== undefined) return found
    if (resolve(folder) === resolve(folder, '..')) return undefined
    folder = join(folder, '..')
  }
  return undefined
}
