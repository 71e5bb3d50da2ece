// The policy file: decoded, checked, and with defaults.
// Port of descheduler v0.36.0 pkg/descheduler/policyconfig.go.

import { goQuote } from '../../kube/go-text.ts'
import { aggregateErrors } from '../../kube/label-selector.ts'
import { parseSelector } from '../../kube/label-selector-text.ts'
import { isArray, isObject, type JsonObject } from '../../kube/patch/json.ts'
import { type Args, type ArgType, checkArgs, type Decoding } from './args.ts'
import {
  type DefaultEvictorArgs,
  defaultEvictorName,
  defaultEvictorTypes,
  validateDefaultEvictor,
} from './default-evictor.ts'
import type { EvictionLimits } from './pod-evictor.ts'
import { strategies } from './registry.ts'
import type { DeschedulerWorld } from './world.ts'

export interface DeschedulerProfile {
  readonly name: string
  readonly args: ReadonlyMap<string, Args>
  readonly evictor: DefaultEvictorArgs
  readonly priorityThreshold: number
  readonly deschedule: readonly string[]
  readonly balance: readonly string[]
}

export interface DeschedulerPolicy {
  readonly profiles: readonly DeschedulerProfile[]
  /** Textual label selector; empty for all nodes. */
  readonly nodeSelector: string
  readonly limits: EvictionLimits
  readonly gracePeriodSeconds?: number
}

export type LoadedPolicy =
  | { readonly ok: true; readonly policy: DeschedulerPolicy }
  | { readonly ok: false; readonly error: string }

const version = 'descheduler/v1alpha2'
const priorityMax = 2_000_000_000
const numbers = ['Node', 'Namespace', 'Total'].map(each =>
  each === 'Total' ? 'maxNoOfPodsToEvictTotal' : `maxNoOfPodsToEvictPer${each}`,
)

/** Loads a policy as the program does when it starts; `path` goes into the messages. */
export function loadPolicy(given: unknown, world: DeschedulerWorld, path: string): LoadedPolicy {
  const policy = isObject(given) ? given : {}
  const undecodable = decodingError(policy)
  if (undecodable !== undefined) {
    const where = `failed decoding descheduler's policy config ${goQuote(path)}`
    return { ok: false, error: `${where}: ${undecodable}` }
  }
  const profiles = objectsIn(policy['profiles'])
  const invalid = profiles.flatMap(profileErrors)
  if (invalid.length > 0) return { ok: false, error: aggregateErrors(invalid) }
  const loaded: DeschedulerProfile[] = []
  for (const profile of profiles) {
    const result = loadProfile(profile, world)
    if (typeof result === 'string') return { ok: false, error: result }
    loaded.push(result)
  }
  const nodeSelector = typeof policy['nodeSelector'] === 'string' ? policy['nodeSelector'] : ''
  const parsed = parseSelector(nodeSelector)
  if (!parsed.ok) return { ok: false, error: parsed.error }
  const grace = policy['gracePeriodSeconds']
  return {
    ok: true,
    policy: {
      profiles: loaded,
      nodeSelector,
      limits: policy as EvictionLimits,
      ...(typeof grace === 'number' && { gracePeriodSeconds: grace }),
    },
  }
}

function objectsIn(value: unknown): readonly JsonObject[] {
  return isArray(value) ? value.filter(isObject) : []
}

function namesIn(value: unknown, point: string): readonly string[] {
  const set = isObject(value) ? value[point] : undefined
  const enabled = isObject(set) ? set['enabled'] : undefined
  return isArray(enabled) ? enabled.filter(each => typeof each === 'string') : []
}

function decodingError(policy: JsonObject): string | undefined {
  const { apiVersion, kind } = policy as { apiVersion?: string; kind?: string }
  const isOther = (apiVersion ?? version) !== version || (kind ?? '') !== 'DeschedulerPolicy'
  if (isOther && (apiVersion !== undefined || kind !== undefined)) {
    const what = `no kind ${goQuote(kind ?? '')} is registered for version ${goQuote(apiVersion ?? '')}`
    return `${what} in scheme "pkg/runtime/scheme.go:111"`
  }
  const decoding: Decoding = { unknown: [], error: undefined }
  for (const field of numbers) {
    const place = { path: field, goPath: `DeschedulerPolicy.${field}` }
    checkArgs('uint', policy[field], place, decoding)
  }
  for (const profile of objectsIn(policy['profiles'])) {
    for (const config of objectsIn(profile['pluginConfig'])) checkConfig(config, decoding)
  }
  if (decoding.error !== undefined) return decoding.error
  if (decoding.unknown.length === 0) return undefined
  const fields = decoding.unknown.map(field => `unknown field ${goQuote(field)}`)
  return `strict decoding error: ${fields.join(', ')}`
}

function checkConfig(config: JsonObject, decoding: Decoding): void {
  const types = typesOf(String(config['name'] ?? ''))
  if (types === undefined || !isObject(config['args'])) return
  const name = String(config['name'])
  const { apiVersion: _version, kind: _kind, ...args } = config['args']
  checkArgs(types, args, { path: '', goPath: `${name}Args` }, decoding)
}

function typesOf(name: string): Readonly<Record<string, ArgType>> | undefined {
  if (name === defaultEvictorName) return defaultEvictorTypes
  return strategies.find(each => each.name === name)?.argTypes
}

function profileErrors(profile: JsonObject): readonly string[] {
  const where = `in profile ${String(profile['name'] ?? '')}`
  return objectsIn(profile['pluginConfig']).flatMap(config => {
    const name = String(config['name'] ?? '')
    if (typesOf(name) === undefined) {
      return [`${where}: plugin ${name} in pluginConfig not registered`]
    }
    const args = isObject(config['args']) ? config['args'] : {}
    const error =
      name === defaultEvictorName
        ? validateDefaultEvictor(args)
        : strategies.find(each => each.name === name)?.validate(args as never)
    return error === undefined ? [] : [`${where}: ${error}`]
  })
}

function loadProfile(profile: JsonObject, world: DeschedulerWorld): DeschedulerProfile | string {
  const args = new Map<string, Args>()
  for (const config of objectsIn(profile['pluginConfig'])) {
    const name = String(config['name'] ?? '')
    // The first of several configurations counts.
    if (!args.has(name)) args.set(name, isObject(config['args']) ? config['args'] : {})
  }
  const evictor: DefaultEvictorArgs = args.get(defaultEvictorName) ?? {}
  const priorityThreshold = thresholdOf(evictor, world)
  if (typeof priorityThreshold === 'string') return priorityThreshold
  return {
    name: String(profile['name'] ?? ''),
    args,
    evictor,
    priorityThreshold,
    deschedule: namesIn(profile['plugins'], 'deschedule'),
    balance: namesIn(profile['plugins'], 'balance'),
  }
}

function thresholdOf(
  { priorityThreshold }: DefaultEvictorArgs,
  { priorityClasses }: DeschedulerWorld,
): number | string {
  const { value, name = '' } = priorityThreshold ?? {}
  let threshold = value ?? priorityMax
  if (value === undefined && name !== '') {
    const found = priorityClasses.find(({ metadata }) => metadata.name === name)
    if (found === undefined) {
      const missing = `priorityclasses.scheduling.k8s.io ${goQuote(name)} not found`
      return `unable to get priority value from the priority class: ${missing}`
    }
    threshold = found.value
  }
  return threshold > priorityMax
    ? `priority threshold can't be greater than ${priorityMax}`
    : threshold
}
