// KubeSchedulerConfiguration v1 as profiles. Upstream: pkg/scheduler/apis/config/v1
// (defaults.go, default_plugins.go) and framework/runtime expandMultiPointPlugins, v1.36.3.

import type { KubeSchedulerConfiguration, Plugin, PluginSet } from '../kube/generated/types.ts'
import { featuresOf, type SchedulerFeatures, type SchedulerVersion } from './features.ts'
import type { SchedulerPlugin } from './framework.ts'
import type { ConfigurationFault } from './configuration-reading.ts'
import { failed } from './status.ts'
import { canBatch } from './batching.ts'
import { decodePluginArgs } from './plugin-args-decoding.ts'
import { type DefaultPlugin, defaultPlugins } from './plugins/registry.ts'
import { type ExtensionPoint, extensionPoints, type Profile } from './profile.ts'
import { defaultQueueOptions, type QueueOptions } from './queue/queued-pod.ts'

/** A plugin that is enabled and that the twin does not have. */
export interface UnknownPlugin {
  readonly name: string
  /** Where the configuration enables it: `profiles[0].plugins.score.enabled[0]`. */
  readonly path: string
}

export interface DecodedConfiguration {
  readonly profiles: readonly Profile[]
  readonly queue: QueueOptions
  readonly unknown: readonly UnknownPlugin[]
  /** Why kube-scheduler cannot set up its profiles. */
  readonly faults: readonly ConfigurationFault[]
}

/** The part of a configuration that decides where pods go; the rest may be absent. */
export type PlacementConfiguration = Partial<KubeSchedulerConfiguration>

const parallelismDefault = 16
const defaultName = 'default-scheduler'

/** The profiles of a configuration without faults; without one, the default profile. */
export function decodeConfiguration(
  configuration: PlacementConfiguration,
  version: SchedulerVersion = '1.36',
): DecodedConfiguration {
  const features = featuresOf(version)
  const unknown: UnknownPlugin[] = []
  const faults: ConfigurationFault[] = []
  const declared = configuration.profiles ?? []
  const ignored = ignoredByScheduler(configuration)
  const profiles = (declared.length === 0 ? [{}] : declared).map((profile, index) => {
    const args = decodePluginArgs(profile.pluginConfig ?? [], ignored)
    const percentage =
      profile.percentageOfNodesToScore ?? configuration.percentageOfNodesToScore ?? 0
    const sets = (profile.plugins ?? {}) as PluginSets
    const schedulerName = profile.schedulerName ?? defaultName
    const path = `profiles[${index}].plugins`
    const refuse = (at: string, text: string): void => {
      const where = `initializing profiles: creating profile for scheduler name ${schedulerName}`
      faults.push({ path: at, text: `${where}: ${text}` })
    }
    const decoded = {
      schedulerName,
      features,
      args,
      percentageOfNodesToScore: percentage,
      parallelism: configuration.parallelism ?? parallelismDefault,
      ...pluginsOf({ sets, features, unknown, path, refuse, schedulerName }),
    }
    const hasExtenders = (configuration.extenders ?? []).length > 0
    return { ...decoded, batches: canBatch(decoded, hasExtenders) }
  })
  return { profiles, queue: queueOptionsOf(configuration), unknown, faults }
}

function queueOptionsOf(configuration: PlacementConfiguration): QueueOptions {
  const { podInitialBackoffSeconds: initial, podMaxBackoffSeconds: max } = configuration
  return {
    ...defaultQueueOptions,
    ...(initial !== undefined && { podInitialBackoffMs: initial * 1000 }),
    ...(max !== undefined && { podMaxBackoffMs: max * 1000 }),
  }
}

/** Resources that an extender looks after, so that NodeResourcesFit leaves them alone. */
function ignoredByScheduler({ extenders = [] }: PlacementConfiguration): readonly string[] {
  return extenders.flatMap(({ managedResources = [] }) =>
    managedResources.flatMap(each => (each.ignoredByScheduler === true ? [each.name] : [])),
  )
}

/** The profile of a scheduler that nobody configured. */
export function defaultProfile(version: SchedulerVersion = '1.36'): Profile {
  const [profile] = decodeConfiguration({}, version).profiles
  return profile as Profile
}

interface Enabled {
  readonly plugin: SchedulerPlugin
  readonly weight: number
}

type PluginLists = Pick<Profile, ExtensionPoint | 'plugins'>
type PluginSets = Readonly<Record<string, PluginSet | undefined>>

interface Choosing {
  readonly sets: PluginSets
  readonly features: SchedulerFeatures
  readonly unknown: UnknownPlugin[]
  readonly path: string
  readonly schedulerName: string
  readonly refuse: (path: string, text: string) => void
}

function pluginsOf(choosing: Choosing): PluginLists {
  const { sets, features } = choosing
  const defaults = defaultPlugins.filter(({ enabled }) => enabled?.(features) ?? true)
  const multiPoint = mergeDefaults(defaults, choosing)
  const lists: Partial<Record<ExtensionPoint, readonly unknown[]>> = {}
  const used = new Set<SchedulerPlugin>()
  for (const point of Object.keys(extensionPoints) as ExtensionPoint[]) {
    const enabled = expand(point, multiPoint, choosing)
    for (const { plugin } of enabled) used.add(plugin)
    lists[point] =
      point === 'score'
        ? enabled.map(({ plugin, weight }) => ({ plugin, weight: weight === 0 ? 1 : weight }))
        : enabled.map(({ plugin }) => plugin)
  }
  const prepared = new Set(lists.preFilter)
  lists.filter = (lists.filter as SchedulerPlugin[]).map(plugin =>
    prepared.has(plugin) ? plugin : withoutPreFilter(plugin),
  )
  for (const [point, set] of Object.entries(sets)) {
    if (point !== 'multiPoint' && !(point in extensionPoints)) enabledIn(set, point, choosing)
  }
  const plugins = defaultPlugins.map(({ plugin }) => plugin).filter(plugin => used.has(plugin))
  checkCounts(lists, choosing)
  return { ...lists, plugins } as PluginLists
}

/** A Filter that finds nothing of what PreFilter would have left. */
function withoutPreFilter(plugin: SchedulerPlugin): SchedulerPlugin {
  if (plugin.unprepared === undefined) return plugin
  const status = failed(plugin.unprepared)
  return { ...plugin, filter: () => status, passesEverywhere: () => false }
}

function checkCounts(
  { queueSort = [] }: Partial<Record<ExtensionPoint, readonly unknown[]>>,
  { path, sets, schedulerName, refuse }: Choosing,
): void {
  const named = `profile with scheduler name "${schedulerName}"`
  if (queueSort.length !== 1) {
    const text = `only one queue sort plugin required for ${named}, but got ${queueSort.length}`
    refuse(path, text)
  }
  const { multiPoint, bind } = sets
  const off = [...(multiPoint?.disabled ?? []), ...(bind?.disabled ?? [])]
  const on = [...(multiPoint?.enabled ?? []), ...(bind?.enabled ?? [])]
  const isOff = off.some(({ name }) => name === '*' || name === binder)
  if (isOff && !on.some(({ name }) => !isKnown(name))) {
    refuse(path, `at least one bind plugin is needed for ${named}`)
  }
}

function isKnown(name: string): boolean {
  return defaultPlugins.some(({ plugin }) => plugin.name === name)
}

/** The default list with the user's choices: replaced in place, disabled, or added at the end. */
function mergeDefaults(defaults: readonly DefaultPlugin[], choosing: Choosing): readonly Enabled[] {
  const set = choosing.sets['multiPoint']
  const { enabled = [], disabled = [] } = set ?? {}
  const off = new Set(disabled.map(({ name }) => name))
  const replaced = new Set<string>()
  const result: Enabled[] = []
  if (!off.has('*')) {
    for (const { plugin, weight } of defaults) {
      if (off.has(plugin.name)) continue
      const custom = enabled.findLast(({ name }) => name === plugin.name)
      if (custom !== undefined) replaced.add(plugin.name)
      result.push({ plugin, weight: custom === undefined ? weight : (custom.weight ?? 0) })
    }
  }
  const added = enabledIn(set, 'multiPoint', choosing)
  return [...result, ...added.filter(({ plugin }) => !replaced.has(plugin.name))]
}

/** Plugins of one extension point: overrides first, then multiPoint, then other additions. */
function expand(
  point: ExtensionPoint,
  multiPoint: readonly Enabled[],
  choosing: Choosing,
): readonly Enabled[] {
  const method = extensionPoints[point]
  const set = choosing.sets[point]
  const specific = enabledIn(set, point, choosing)
  const off = new Set(set?.disabled?.map(({ name }) => name))
  if (off.has('*')) return specific
  const implementing = multiPoint.filter(
    ({ plugin }) => plugin[method] !== undefined && !off.has(plugin.name),
  )
  const isImplied = (one: Enabled): boolean =>
    implementing.some(({ plugin }) => plugin === one.plugin)
  const isSpecific = (one: Enabled): boolean => specific.some(({ plugin }) => plugin === one.plugin)
  return [
    ...specific.filter(isImplied),
    ...implementing.filter(one => !isSpecific(one)),
    ...specific.filter(one => !isImplied(one)),
  ]
}

function enabledIn(
  set: PluginSet | undefined,
  point: string,
  { unknown, path, refuse }: Choosing,
): readonly Enabled[] {
  const seen = new Set<string>()
  return (set?.enabled ?? []).flatMap(({ name, weight = 0 }: Plugin, index) => {
    const at = `${path}.${point}.enabled[${index}]`
    const found = defaultPlugins.find(({ plugin }) => plugin.name === name)
    const goName = `${point.charAt(0).toUpperCase()}${point.slice(1)}Plugin`
    if (seen.has(name) && point !== 'multiPoint') {
      refuse(at, `plugin "${name}" already registered as "${goName}"`)
      return []
    }
    seen.add(name)
    if (found === undefined) {
      if (name !== binder) unknown.push({ name, path: at })
      return []
    }
    const method = (extensionPoints as Readonly<Record<string, keyof SchedulerPlugin>>)[point]
    if (method !== undefined && found.plugin[method] === undefined) {
      refuse(at, `plugin "${name}" does not extend ${goName} plugin`)
      return []
    }
    return [{ plugin: found.plugin, weight }]
  })
}

/** Binding is an act of the scheduler itself here. */
const binder = 'DefaultBinder'
