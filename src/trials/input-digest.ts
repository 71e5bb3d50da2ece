// The digest of what a platform was made from: a schedule tells by it whether it belongs here.

import { absorb, emptyDigest } from '../base/hash.ts'
import type { Platform } from './platform.ts'

/**
 * Eight hex digits over version, nodes, objects and how they are installed; `more` is what else a
 * run was made of, such as its trial and what that strikes.
 */
export function inputDigest(platform: Platform, more: readonly string[] = []): string {
  const { kubernetes, pools, objects, install, timers, featureGates } = platform
  const nodes = pools.map(({ location: _, ...pool }) => pool)
  const facts = [
    kubernetes,
    nodes,
    install ?? 0,
    timers ?? 0,
    more,
    ...(featureGates ? [featureGates] : []),
  ]
  let digest = absorb(emptyDigest, JSON.stringify(facts))
  for (const { object } of objects) digest = absorb(digest, JSON.stringify(object))
  return ((digest.high ^ digest.low) >>> 0).toString(16).padStart(8, '0')
}
