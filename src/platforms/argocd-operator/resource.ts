// The ArgoCD resource as its operator reads it: v1alpha1 and v1beta1 differ in what the twin makes
// of it only by how single sign-on is asked for. Upstream: argocd-operator v0.9.0 and v0.18.0 api/.

import { isObject, type JsonObject } from '../../kube/patch/json.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { Release } from './release.ts'

/** One ArgoCD resource on its way to workloads. */
export interface ArgoCd {
  readonly name: string
  readonly namespace: string
  readonly spec: JsonObject
  readonly release: Release
}

/** The resource with what it does not say left open. */
export function argoCdOf({ metadata, spec }: KubeObject, release: Release): ArgoCd {
  const { name = '', namespace = 'default' } = metadata
  return { name, namespace, spec: isObject(spec) ? spec : {}, release }
}

/** A mapping below the spec; an empty one where nothing or something else is written. */
export function section({ spec }: ArgoCd, ...path: readonly string[]): JsonObject {
  let at: unknown = spec
  for (const part of path) at = isObject(at) ? at[part] : undefined
  return isObject(at) ? at : {}
}

/** A text of a mapping, or what stands in its place. */
export function text(fields: JsonObject, name: string, otherwise = ''): string {
  const value = fields[name]
  return typeof value === 'string' && value !== '' ? value : otherwise
}

/** A count of a mapping; negative ones and other values count as not given. */
export function count(fields: JsonObject, name: string): number | undefined {
  const value = fields[name]
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
}

/** The texts of a list, or none. */
export function texts(fields: JsonObject, name: string): readonly string[] {
  const value = fields[name]
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
}

/** Parts are there unless the resource says `enabled: false`. */
export function isOn(argoCd: ArgoCd, part: string): boolean {
  return section(argoCd, part)['enabled'] !== false
}

/** Whether Redis runs in its form for high availability. */
export function isHa(argoCd: ArgoCd): boolean {
  return section(argoCd, 'ha')['enabled'] === true
}

/** Whether Dex was asked for, in either version of the resource. */
export function usesDex(argoCd: ArgoCd): boolean {
  return text(section(argoCd, 'sso'), 'provider').toLowerCase() === 'dex'
}

/** Whether the number of servers is up to an autoscaler: then `replicas` counts for nothing. */
export function isAutoscaled(argoCd: ArgoCd): boolean {
  return section(argoCd, 'server', 'autoscale')['enabled'] === true
}

/** Requests and limits as written, numbers as texts; undefined where none are written. */
export function resourcesIn(fields: JsonObject): JsonObject | undefined {
  const { resources } = fields
  if (!isObject(resources)) return undefined
  const amounts = (given: unknown): JsonObject =>
    Object.fromEntries(
      Object.entries(isObject(given) ? given : {}).map(([name, amount]) => [
        name,
        typeof amount === 'number' ? String(amount) : amount,
      ]),
    ) as JsonObject
  const named = ['limits', 'requests'].filter(name => isObject(resources[name]))
  return Object.fromEntries(named.map(name => [name, amounts(resources[name])])) as JsonObject
}
