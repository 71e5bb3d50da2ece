// The API server is down: containers run on, and nothing is decided, written or noticed. Components
// that elect a leader lose the election when it lasts, and then start anew and wait for the next;
// kubelets remember their pods.
// Upstream: client-go tools/leaderelection (renew deadline 10 s), v0.36.3.

import { apiServerName } from '../cluster/serve.ts'
import type { World } from '../engine/world.ts'
import { kubeletName } from '../nodes/kubelet.ts'
import { isUp, renewDeadlineMs, startAgain } from './components.ts'
import type { Fault } from './fault.ts'

const topic = 'took-down'

/** What an outage took down; a component with an outage of its own stays down. */
interface Taken {
  readonly sinceMs: number
  readonly up: readonly string[]
  /** Those that were about to start. */
  readonly coming: readonly string[]
}

/** Takes everything down that needs the API server, and notes what was up until then. */
function takeAll(world: World): void {
  world.takeDown(apiServerName, 'stopped')
  const names = world.program.actors.map(({ name }) => name)
  const up = names.filter(name => !world.isDown(name))
  const coming = names.filter(name => world.isComingBack(name))
  for (const name of [...up, ...coming]) world.takeDown(name, 'held')
  world.note(apiServerName, topic, { sinceMs: world.nowMs, up, coming } satisfies Taken)
}

function lastTaken(world: World): Taken {
  const notes = world.traceFrom(0).filter(entry => entry.type === 'note')
  const last = notes.findLast(note => note.source === apiServerName && note.topic === topic)
  return (last?.data ?? { sinceMs: world.nowMs, up: [], coming: [] }) as Taken
}

function releaseAll(world: World): void {
  world.bringUp(apiServerName)
  const { sinceMs, up, coming } = lastTaken(world)
  const isLong = world.nowMs - sinceMs >= renewDeadlineMs
  for (const name of up) {
    if (isLong && name !== kubeletName) startAgain(world, name)
    else world.bringUp(name)
  }
  for (const name of coming) startAgain(world, name)
}

export const apiServerOutage = {
  name: 'api-server-outage',
  doc: 'The API server is down: every request fails, and all components wait for it.',
  args: [],
  canApply: world => isUp(world, apiServerName),
  apply: takeAll,
  recover: releaseAll,
} satisfies Fault
