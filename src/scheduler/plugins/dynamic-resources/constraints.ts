// Conditions over all devices of a claim: one value for all, or a different one for each.
// Upstream: structured/internal/incubating/allocator_incubating.go matchAttributeConstraint and
// constraint.go distinctAttributeConstraint, v0.36.3.

import type { Device, DeviceAttribute, DeviceConstraint } from '../../../kube/generated/types.ts'

/** A device on trial for a request of a claim. */
export interface Trial {
  readonly request: string
  /** Empty unless the request has alternatives. */
  readonly subRequest: string
  readonly driver: string
  readonly device: Device
}

/** Remembers the devices taken so far; each successful add is undone by one remove. */
export interface ConstraintState {
  add(trial: Trial): boolean
  remove(trial: Trial): void
}

/** The state of a constraint at the start; undefined when its kind is unknown. */
export function constraintState(constraint: DeviceConstraint): ConstraintState | undefined {
  const { matchAttribute, distinctAttribute, requests = [] } = constraint
  if (matchAttribute !== undefined) return new MatchAttribute(matchAttribute, requests)
  if (distinctAttribute !== undefined) return new DistinctAttribute(distinctAttribute, requests)
  return undefined
}

function affects(requests: readonly string[], { request, subRequest }: Trial): boolean {
  if (requests.length === 0 || requests.includes(request)) return true
  return subRequest !== '' && requests.includes(`${request}/${subRequest}`)
}

class MatchAttribute implements ConstraintState {
  private readonly attribute: string
  private readonly requests: readonly string[]
  private value: DeviceAttribute | undefined
  private count = 0

  constructor(attribute: string, requests: readonly string[]) {
    this.attribute = attribute
    this.requests = requests
  }

  add(trial: Trial): boolean {
    if (!affects(this.requests, trial)) return true
    const value = attributeOf(trial, this.attribute)
    if (value === undefined) return false
    if (this.count === 0) this.value = value
    else if (!sameValue(value, this.value ?? {})) return false
    this.count += 1
    return true
  }

  remove(trial: Trial): void {
    if (affects(this.requests, trial)) this.count -= 1
  }
}

class DistinctAttribute implements ConstraintState {
  private readonly attribute: string
  private readonly requests: readonly string[]
  /** By request: of several devices of one request the last one counts. */
  private readonly values = new Map<string, DeviceAttribute>()
  private count = 0

  constructor(attribute: string, requests: readonly string[]) {
    this.attribute = attribute
    this.requests = requests
  }

  add(trial: Trial): boolean {
    if (!affects(this.requests, trial)) return true
    const value = attributeOf(trial, this.attribute)
    if (value === undefined) return false
    if (this.count > 0) {
      for (const other of this.values.values()) if (sameValue(value, other)) return false
    }
    this.values.set(trial.request, value)
    this.count += 1
    return true
  }

  remove(trial: Trial): void {
    if (!affects(this.requests, trial)) return
    this.values.delete(trial.request)
    this.count -= 1
  }
}

/** The attribute under its full name, or without the domain when that is the driver. */
function attributeOf({ device, driver }: Trial, name: string): DeviceAttribute | undefined {
  const full = device.attributes?.[name]
  if (full !== undefined) return full
  const slash = name.indexOf('/')
  if (slash < 0 || name.slice(0, slash) !== driver) return undefined
  return device.attributes?.[name.slice(slash + 1)]
}

/** The first kind of value that `a` has decides. */
function sameValue(a: DeviceAttribute, b: DeviceAttribute): boolean {
  if (a.string !== undefined) return a.string === b.string
  if (a.int !== undefined) return a.int === b.int
  if (a.bool !== undefined) return a.bool === b.bool
  return a.version !== undefined && a.version === b.version
}
