// One descheduling cycle: every profile's deschedule strategies, then every profile's balance
// strategies. Port of descheduler v0.36.0 pkg/descheduler/descheduler.go, pkg/framework/profile.

import type { Pod } from '../../kube/generated/types.ts'
import { goQuote } from '../../kube/go-text.ts'
import { sortedStrings } from '../../base/compare.ts'
import { defaultEvictor } from './default-evictor.ts'
import { readyNodes } from './node-fit.ts'
import { PodEvictor } from './pod-evictor.ts'
import type { DeschedulerPolicy, DeschedulerProfile } from './policy.ts'
import { strategies } from './registry.ts'
import type { Handle } from './strategy.ts'
import { CycleLog, type DeschedulerWorld } from './world.ts'

export type CycleResult =
  | { readonly type: 'done'; readonly log: CycleLog }
  | { readonly type: 'skipped'; readonly why: string }
  /** A profile cannot be built; nothing was done. */
  | { readonly type: 'broken'; readonly error: string }

/** Runs the policy once; what it evicted is in the log. */
export function runCycle(world: DeschedulerWorld, policy: DeschedulerPolicy): CycleResult {
  const log = new CycleLog()
  const evictor = new PodEvictor(world, log, policy.limits)
  const handles: Handle[] = []
  for (const profile of policy.profiles) {
    const handle = buildProfile(world, profile, { log, evictor })
    if (typeof handle === 'string') return { type: 'broken', error: handle }
    handles.push(handle)
  }
  const nodes = readyNodes(world, policy.nodeSelector)
  if (nodes.length <= 1) return { type: 'skipped', why: 'requires >=2 nodes' }
  for (const point of ['deschedule', 'balance'] as const) {
    policy.profiles.forEach((profile, index) => {
      for (const name of profile[point]) {
        const strategy = strategies.find(each => each.name === name)
        strategy?.run(handles[index] as Handle, (profile.args.get(name) ?? {}) as never, nodes)
      }
    })
  }
  return { type: 'done', log }
}

interface Shared {
  readonly log: CycleLog
  readonly evictor: PodEvictor
}

function buildProfile(
  world: DeschedulerWorld,
  profile: DeschedulerProfile,
  { log, evictor }: Shared,
): Handle | string {
  const wrong = pluginError(profile)
  if (wrong !== undefined) return wrong
  const { evictor: args, priorityThreshold } = profile
  const filters = defaultEvictor(world, log, { args, priorityThreshold })
  if (typeof filters === 'string') {
    const what = 'unable to initialize "DefaultEvictor" plugin'
    return `unable to build DefaultEvictor plugin: ${what}: ${filters}`
  }
  const evict = (pod: Pod, strategy: string) => evictor.evict(pod, profile.name, strategy)
  return { world, log, ...filters, evict }
}

function pluginError(profile: DeschedulerProfile): string | undefined {
  for (const point of ['deschedule', 'balance'] as const) {
    const known = strategies.filter(each => each.point === point).map(({ name }) => name)
    const absent = profile[point].filter(name => !known.includes(name))
    if (absent.length > 0) {
      const list = sortedStrings(new Set(absent)).map(name => `${name}:{}`)
      const what = `configures ${point} extension point of non-existing plugins`
      return `profile ${goQuote(profile.name)} ${what}: map[${list.join(' ')}]`
    }
  }
  const missing = [...profile.deschedule, ...profile.balance].find(name => !profile.args.has(name))
  if (missing === undefined) return undefined
  return `unable to build ${missing} plugin: unable to find ${goQuote(missing)} plugin config`
}
