// Small worlds for tests of exploration: actors that copy and count cells of ConfigMaps.

import type { Actor, Forkable, Turn } from '../../engine/actor.ts'
import type { Schedule } from '../../engine/schedule.ts'
import { type Program, World } from '../../engine/world.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { StrategyOptions } from './strategy.ts'
import type { VisitBounds } from './visit.ts'

/**
 * What an actor does when it wakes: `to` becomes what its cache shows of `from`, plus `add`; or
 * nothing does, where it may choose.
 */
export interface Deed {
  readonly afterMs: number
  readonly isChoice?: boolean
  readonly from: string
  readonly to: string
  readonly add: number
}

const nothing: Forkable = {
  fork() {
    return this
  },
}

function cell(name: string, value: number): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, value }
}

/** An actor that does so many deeds, each once. */
export function copier(name: string, deeds: readonly Deed[]): Actor {
  return {
    name,
    watches: ['ConfigMap'],
    start: (turn: Turn) => {
      deeds.forEach((deed, index) => turn.wakeAfter(deed.afterMs, { type: `deed ${index}` }))
      return nothing
    },
    deliver: () => undefined,
    wake: (turn, _state, payload) => {
      const index = Number((payload as { readonly type: string }).type.slice('deed '.length))
      const { from, to, add, isChoice = false } = deeds[index] as Deed
      if (isChoice && turn.choose('rest', 2) === 1) return
      turn.submit(cell(to, Number(turn.view.get('ConfigMap', from)?.['value'] ?? 0) + add))
    },
  }
}

/** Actors that share cells. */
export function cells(actors: readonly Actor[]): Program {
  return {
    actors,
    indexes: [],
    serve: (world, request, writer) => {
      const object = request as KubeObject
      world.write('ConfigMap', object.metadata.name ?? '', object, writer)
      return undefined
    },
  }
}

/** What the cells hold: `a=1 b=2`. */
export function cellsText(world: World): string {
  return world.store
    .list('ConfigMap')
    .map(({ metadata, value }) => `${metadata.name}=${String(value)}`)
    .join(' ')
}

export function gridSchedule(windowMs: number, staleMax = 0, crashesMax = 0): Schedule {
  const grid = { staleMax, crashesMax }
  return { seed: 1, mode: 'default', overrides: new Map(), windowMs, grid }
}

export function startedOn(program: Program, schedule: Schedule): World {
  return World.create(program, { epochMs: 0, schedule, latencyMs: 2 })
}

export const plainOptions: Omit<StrategyOptions, 'windowMs'> = {
  seed: 1,
  deviationsMax: 2,
  staleMax: 0,
  crashesMax: 0,
  strikes: false,
  depth: 3,
  steps: 20,
}

export const wideBounds: VisitBounds = { statesMax: 1e6, bytesMax: 2 ** 30, depthMax: 1e5 }
