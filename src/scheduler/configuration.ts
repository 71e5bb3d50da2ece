// KubeSchedulerConfiguration v1 as profiles. Upstream: pkg/scheduler/apis/config/v1
// (defaults.go, default_plugins.go) and framework/runtime expandMultiPointPlugins, v1.36.3.

import type { Problem } from '../base/problem.ts'
import { featuresOf, type SchedulerFeatures, type SchedulerVersion } from './features.ts'
import type { SchedulerPlugin } from './framework.ts'
import { decodePluginArgs } from './plugin-args-decoding.ts'
import { type DefaultPlugin, defaultPlugins } from './plugins/registry.ts'
import { type ExtensionPoint, extensionPoints, type Profile } from './profile.ts'

interface PluginChoice {
  readonly name: string
  readonly weight?: number
}

interface PluginSet {
  readonly enabled?: readonly PluginChoice[]
  readonly disabled?: readonly PluginChoice[]
}

/** The part of a configuration file that decides where pods go. */
export interface KubeSchedulerConfiguration {
  readonly percentageOfNodesToScore?: number
  readonly podInitialBackoffSeconds?: number
  readonly podMaxBackoffSeconds?: number
  readonly profiles?: readonly {
    readonly schedulerName?: string
    readonly percentageOfNodesToScore?: number
    readonly plugins?: Readonly<Record<string, PluginSet>>
    readonly pluginConfig?: readonly { readonly name: string; readonly args?: unknown }[]
  }[]
}

export interface DecodedConfiguration {
  readonly profiles: readonly Profile[]
  readonly problems: readonly Problem[]
}

/** The profiles of a configuration; without one, the default profile. */
export function decodeConfiguration(
  configuration: KubeSchedulerConfiguration,
  version: SchedulerVersion = '1.36',
): DecodedConfiguration {
  const features = featuresOf(version)
  const problems: Problem[] = []
  const declared = configuration.profiles ?? []
  const profiles = (declared.length === 0 ? [{}] : declared).map(profile => {
    const args = decodePluginArgs(profile.pluginConfig ?? [])
    const percentage =
      profile.percentageOfNodesToScore ?? configuration.percentageOfNodesToScore ?? 0
    return {
      schedulerName: profile.schedulerName ?? 'default-scheduler',
      features,
      args,
      percentageOfNodesToScore: percentage,
      ...pluginsOf(profile.plugins ?? {}, features, problems),
    }
  })
  return { profiles, problems }
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

function pluginsOf(
  sets: Readonly<Record<string, PluginSet>>,
  features: SchedulerFeatures,
  problems: Problem[],
): PluginLists {
  const defaults = defaultPlugins.filter(({ enabled }) => enabled?.(features) ?? true)
  const multiPoint = mergeDefaults(defaults, sets['multiPoint'] ?? {}, problems)
  const lists: Partial<Record<ExtensionPoint, readonly unknown[]>> = {}
  const used = new Set<SchedulerPlugin>()
  for (const point of Object.keys(extensionPoints) as ExtensionPoint[]) {
    const enabled = expand(point, multiPoint, sets[point] ?? {}, problems)
    for (const { plugin } of enabled) used.add(plugin)
    lists[point] =
      point === 'score'
        ? enabled.map(({ plugin, weight }) => ({ plugin, weight: weight === 0 ? 1 : weight }))
        : enabled.map(({ plugin }) => plugin)
  }
  const plugins = defaultPlugins.map(({ plugin }) => plugin).filter(plugin => used.has(plugin))
  return { ...lists, plugins } as PluginLists
}

/** The default list with the user's choices: replaced in place, disabled, or added at the end. */
function mergeDefaults(
  defaults: readonly DefaultPlugin[],
  { enabled = [], disabled = [] }: PluginSet,
  problems: Problem[],
): readonly Enabled[] {
  const off = new Set(disabled.map(({ name }) => name))
  const replaced = new Set<string>()
  const result: Enabled[] = []
  if (!off.has('*')) {
    for (const { plugin, weight } of defaults) {
      if (off.has(plugin.name)) continue
      const custom = enabled.find(({ name }) => name === plugin.name)
      if (custom !== undefined) replaced.add(plugin.name)
      result.push({ plugin, weight: custom === undefined ? weight : (custom.weight ?? 0) })
    }
  }
  for (const choice of enabled) {
    if (!replaced.has(choice.name)) result.push(...lookUp(choice, problems))
  }
  return result
}

/** Plugins of one extension point: overrides first, then multiPoint, then other additions. */
function expand(
  point: ExtensionPoint,
  multiPoint: readonly Enabled[],
  { enabled = [], disabled = [] }: PluginSet,
  problems: Problem[],
): readonly Enabled[] {
  const method = extensionPoints[point]
  const specific = enabled.flatMap(choice => lookUp(choice, problems))
  const off = new Set(disabled.map(({ name }) => name))
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

function lookUp({ name, weight = 0 }: PluginChoice, problems: Problem[]): readonly Enabled[] {
  const found = defaultPlugins.find(({ plugin }) => plugin.name === name)
  if (found !== undefined) return [{ plugin: found.plugin, weight }]
  if (name !== 'DefaultBinder') {
    problems.push(unknownPlugin(name))
  }
  return []
}

function unknownPlugin(name: string): Problem {
  return {
    code: 'ST0301',
    severity: 'warning',
    what: `the scheduler configuration enables plugin ${name}, which the twin does not know`,
    why: 'only the plugins that are built into kube-scheduler are modelled',
    todo: 'placement is computed without it: judge its effect yourself, or disable it',
  }
}
