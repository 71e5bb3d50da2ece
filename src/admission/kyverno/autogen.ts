// The rules that Kyverno makes of a rule about pods, for what makes pods from a template.
// Upstream: kyverno v1.19.1 pkg/autogen/v1.

import type { KubeObject } from '../../kube/object.ts'
import type { JsonObject } from '../../kube/patch/json.ts'
import type { MatchResources, ResourceDescription, ResourceFilter } from './match.ts'

/** A rule of a policy, as far as it is read. */
export interface KyvernoRule {
  readonly name?: string
  readonly match?: MatchResources
  readonly exclude?: MatchResources
  readonly mutate?: {
    readonly patchStrategicMerge?: JsonObject
    readonly patchesJson6902?: string
    readonly [more: string]: unknown
  }
  readonly [more: string]: unknown
}

const annotation = 'pod-policies.kyverno.io/autogen-controllers'

/** In the order of their names. */
const templateKinds: Readonly<Record<string, string>> = {
  DaemonSet: 'apps/v1/DaemonSet',
  Deployment: 'apps/v1/Deployment',
  Job: 'batch/v1/Job',
  ReplicaSet: 'apps/v1/ReplicaSet',
  ReplicationController: 'v1/ReplicationController',
  StatefulSet: 'apps/v1/StatefulSet',
}

const cronJob = 'CronJob'

function filtersOf({ any = [], all = [], ...own }: MatchResources = {}): readonly ResourceFilter[] {
  return [own, ...any, ...all]
}

function kindsOf(match: MatchResources | undefined): readonly string[] {
  return filtersOf(match).flatMap(({ resources }) => resources?.kinds ?? [])
}

function isPod(kind: string): boolean {
  return /(?:^|\/)Pod$/u.test(kind)
}

/** The rules of a policy with those that are made from them. */
export function withGenerated(
  { metadata }: KubeObject,
  rules: readonly KyvernoRule[],
): readonly KyvernoRule[] {
  if (!canGenerate(rules)) return rules
  const wanted = metadata.annotations?.[annotation]?.split(',') ?? ['all']
  if (wanted.includes('none')) return rules
  const isAll = wanted.includes('all')
  const kinds = Object.keys(templateKinds).filter(kind => isAll || wanted.includes(kind))
  const generated = rules.flatMap(rule => {
    if (rule.name?.startsWith('autogen-') === true || !isAboutPods(rule)) return []
    const mine = kinds.map(kind => templateKinds[kind] as string)
    const template = kinds.length > 0 ? [ofTemplate(rule, mine)] : []
    const job = isAll || wanted.includes(cronJob) ? [ofCronJob(rule)] : []
    return [...template, ...job]
  })
  return [...rules, ...generated]
}

/** Names, selectors and other kinds beside pods could mean something else for what makes pods. */
function canGenerate(rules: readonly KyvernoRule[]): boolean {
  const supported = (resources: ResourceDescription | undefined): boolean => {
    if (resources === undefined) return true
    const { name = '', names = [], selector, annotations, kinds = [] } = resources
    const isMixed = kinds.length > 1 && kinds.some(isPod)
    return (
      name === '' &&
      names.length === 0 &&
      selector === undefined &&
      annotations === undefined &&
      !isMixed
    )
  }
  const filters = rules.flatMap(({ match, exclude }) => [
    ...filtersOf(match),
    ...filtersOf(exclude),
  ])
  const kinds = filters.flatMap(({ resources }) => resources?.kinds ?? [])
  return (
    rules.every(({ generate, mutate }) => !generate && (mutate?.patchesJson6902 ?? '') === '') &&
    filters.every(({ resources }) => supported(resources)) &&
    kinds.some(kind => kind === 'Pod' || kind === cronJob || Object.hasOwn(templateKinds, kind))
  )
}

function isAboutPods({ match, exclude, mutate }: KyvernoRule): boolean {
  const excluded = kindsOf(exclude)
  return (
    mutate?.patchStrategicMerge !== undefined &&
    kindsOf(match).some(isPod) &&
    (excluded.length === 0 || excluded.some(isPod))
  )
}

interface Change {
  readonly prefix: string
  readonly kinds: readonly string[]
  /** Filters about other kinds than pods stay, but those of cron jobs do not. */
  readonly onlyPods: boolean
  wrap(patch: JsonObject): JsonObject
}

function ofTemplate(rule: KyvernoRule, kinds: readonly string[]): KyvernoRule {
  const wrap = (patch: JsonObject): JsonObject => ({ spec: { template: patch } })
  return changed(rule, { prefix: 'autogen-', kinds, onlyPods: true, wrap })
}

function ofCronJob(rule: KyvernoRule): KyvernoRule {
  const wrap = (patch: JsonObject): JsonObject => ({
    spec: { jobTemplate: { spec: { template: patch } } },
  })
  const kinds = ['batch/v1/CronJob']
  return changed(rule, { prefix: 'autogen-cronjob-', kinds, onlyPods: false, wrap })
}

function changed(rule: KyvernoRule, { prefix, kinds, onlyPods, wrap }: Change): KyvernoRule {
  const filter = (each: ResourceFilter): ResourceFilter =>
    onlyPods && each.resources?.kinds?.some(isPod) !== true
      ? each
      : { ...each, resources: { ...each.resources, kinds } }
  const whole = (match: MatchResources, isExclude: boolean): MatchResources => {
    const { any = [], all = [] } = match
    if (any.length > 0) return { ...match, any: any.map(filter) }
    if (all.length > 0) return { ...match, all: all.map(filter) }
    if (isExclude && (match.resources?.kinds ?? []).length === 0) return match
    return { ...match, resources: { ...match.resources, kinds } }
  }
  const { match, exclude, mutate } = rule
  return {
    ...rule,
    name: `${prefix}${rule.name ?? ''}`.slice(0, 63),
    match: whole(match ?? {}, false),
    ...(exclude && { exclude: whole(exclude, true) }),
    mutate: { patchStrategicMerge: wrap(mutate?.patchStrategicMerge ?? {}) },
  }
}
