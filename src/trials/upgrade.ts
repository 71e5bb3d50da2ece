// The upgrade trial: every node is replaced or goes off for a while, pool by pool, as many at a
// time as the pool says. A node whose drain never ends stops the upgrade.

import type { Refusal } from '../checks/verdict.ts'
import type { Fault } from '../faults/fault.ts'
import { faults } from '../faults/registry.ts'
import { request } from '../cluster/cluster.ts'
import type { Node } from '../kube/generated/types.ts'
import { scaledValue } from '../kube/int-or-percent.ts'
import type { KubeObject } from '../kube/object.ts'
import { nodeFromPool } from '../nodes/node-object.ts'
import { nodeName } from '../nodes/pool.ts'
import { loseMachines, regainMachines } from './control-plane.ts'
import { cordon, drainOnce } from './drain.ts'
import type { Platform } from './platform.ts'
import type { PoolSpec, UpgradeDrain } from './spec.ts'
import { strikeRun } from './strike-run.ts'
import type { Base, Trial, TrialRun } from './trial.ts'
import type { Voyage } from './voyage.ts'

/** How long a machine is off while it is upgraded in place. */
const offMs = 120_000
/** How long a new machine takes until it is there and ready. */
const newMachineMs = 60_000
/** After a machine is back: its pods start, then the next drain begins. */
const pauseMs = 60_000

const nodeReboot = faults.get('node-reboot') as Fault

/** How many nodes of a pool are upgraded at a time: a number, or a percentage rounded up. */
export function nodesAtOnce({ count, upgrade }: PoolSpec): number {
  const { atOnce = 1 } = upgrade ?? {}
  return Math.max(1, Math.min(count, scaledValue(atOnce, count, true)))
}

/** Names of a pool's nodes, so many at a time. */
export function batchesOf(pool: PoolSpec): readonly (readonly string[])[] {
  const names = Array.from({ length: pool.count }, (_, index) => nodeName(pool, index))
  const size = nodesAtOnce(pool)
  const batches: string[][] = []
  for (let at = 0; at < names.length; at += size) batches.push(names.slice(at, at + size))
  return batches
}

/** Upgrades the nodes of every pool in turn; stops at a node whose drain never ends. */
export function upgradeAll(voyage: Voyage, platform: Platform): void {
  for (const pool of platform.pools) {
    for (const batch of batchesOf(pool)) {
      const isDone =
        pool.upgrade?.strategy === 'surge'
          ? replace(voyage, { platform, pool, batch })
          : upgradeInPlace(voyage, pool, batch)
      if (!isDone) return
    }
  }
}

const usualDrain: UpgradeDrain = { tries: [{}], pauseMs: 0 }

/** Drains a batch node by node; false when the upgrade stops at one that stays full. */
function drainAll(voyage: Voyage, { upgrade }: PoolSpec, batch: readonly string[]): boolean {
  for (const node of batch) cordon(voyage, node)
  return batch.every(node => emptied(voyage, node, upgrade?.drain ?? usualDrain))
}

/** Tries to empty a node; what stopped the last try counts where the upgrade ends with it. */
function emptied(voyage: Voyage, node: string, how: UpgradeDrain): boolean {
  let left: readonly Refusal[] | undefined
  for (const [index, options] of how.tries.entries()) {
    if (index > 0) voyage.wait(how.pauseMs)
    left = drainOnce(voyage, node, { ...options, purpose: 'upgrade' })
    if (left === undefined) return true
  }
  if (left !== undefined && how.uncordons === true) cordon(voyage, node, false)
  if (left === undefined || how.goesOnAnyway === true) return true
  for (const refusal of left) voyage.addRefusal(refusal)
  return false
}

function upgradeInPlace(voyage: Voyage, pool: PoolSpec, batch: readonly string[]): boolean {
  if (!drainAll(voyage, pool, batch)) return false
  for (const node of batch) nodeReboot.apply(voyage.world, { node })
  // Machines go before the API server does, which could not be told of them any more.
  loseMachines(voyage, batch)
  voyage.wait(offMs)
  regainMachines(voyage, batch)
  for (const node of batch) {
    nodeReboot.recover(voyage.world, { node })
    cordon(voyage, node, false)
  }
  voyage.wait(pauseMs)
  return true
}

interface Batch {
  readonly platform: Platform
  readonly pool: PoolSpec
  readonly batch: readonly string[]
}

/** New machines come first, then the old ones are drained and deleted. */
function replace(voyage: Voyage, { platform, pool, batch }: Batch): boolean {
  const { world } = voyage
  voyage.wait(newMachineMs)
  for (const old of batch) {
    const known = world.store.get('Node', old) as Node | undefined
    const object = successor(known, { platform, pool, nowMs: world.nowMs })
    request(world, { verb: 'create', object })
  }
  if (!drainAll(voyage, pool, batch)) return false
  for (const name of batch) request(world, { verb: 'delete', target: { kind: 'Node', name } })
  voyage.wait(pauseMs)
  return true
}

/** A new node of the pool in the zone of the old one, under a name of its own. */
function successor(
  old: Node | undefined,
  { platform, pool, nowMs }: { platform: Platform; pool: PoolSpec; nowMs: number },
): KubeObject {
  const index = Number(old?.metadata.name?.slice(pool.name.length + 1) ?? 1) - 1
  const ordinal = 10_000 + index
  const kubeletVersion = `v${platform.kubernetes}.0`
  const node = nodeFromPool(pool, index, { nowMs, kubeletVersion, ordinal })
  const name = `${node.metadata.name ?? ''}-new`
  const labels = { ...node.metadata.labels, 'kubernetes.io/hostname': name }
  return { ...node, metadata: { ...node.metadata, name, labels } } as unknown as KubeObject
}

/** Where an upgrade stops half-way a node stays cordoned: what waits for it is no news. */
function withoutConsequences(run: TrialRun): TrialRun {
  const isStuck = run.verdicts.some(({ verdict }) => verdict === 'upgrade-stuck')
  if (!isStuck) return run
  return { ...run, verdicts: run.verdicts.filter(({ verdict }) => verdict !== 'pending-forever') }
}

export const upgrade = {
  name: 'upgrade',
  doc: 'Every node is drained and upgraded, in place or by a new one, as its pool says.',
  isDefault: () => false,
  run: (base: Base) => {
    const trial = 'upgrade'
    if (base.world.store.list('Node').length === 1) {
      return { trial, runs: [], skipped: 'there is only one node, so nothing could take over' }
    }
    const run = strikeRun(base, { subject: 'all nodes' }, voyage => {
      upgradeAll(voyage, base.platform)
      voyage.settle()
    })
    return { trial, runs: [withoutConsequences(run)] }
  },
} satisfies Trial
