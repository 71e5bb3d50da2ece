// The API server is down: containers run on, and nothing is decided, written or noticed. Components
// that elect a leader lose the election and start anew afterwards; kubelets remember their pods.
// Upstream: client-go tools/leaderelection (renew deadline 10 s), v0.36.3.

import { apiServerName } from '../cluster/serve.ts'
import type { World } from '../engine/world.ts'
import { kubeletName } from '../nodes/kubelet.ts'
import { isUp } from './components.ts'
import type { Fault } from './fault.ts'

const topic = 'took-down'

/** Takes everything down that needs the API server, and notes what was up until then. */
function takeAll(world: World): void {
  world.takeDown(apiServerName, 'stopped')
  const names = world.program.actors.map(({ name }) => name).filter(name => !world.isDown(name))
  for (const name of names) world.takeDown(name, name === kubeletName ? 'held' : 'stopped')
  world.note(apiServerName, topic, names)
}

/** What the last outage took down; a component with an outage of its own stays down. */
function taken(world: World): readonly string[] {
  const notes = world.traceFrom(0).filter(entry => entry.type === 'note')
  const last = notes.findLast(note => note.source === apiServerName && note.topic === topic)
  return (last?.data ?? []) as readonly string[]
}

export const apiServerOutage = {
  name: 'api-server-outage',
  doc: 'The API server is down: every request fails, and all components wait for it.',
  args: [],
  canApply: world => isUp(world, apiServerName),
  apply: takeAll,
  recover: world => {
    world.bringUp(apiServerName)
    for (const name of taken(world)) if (world.isDown(name)) world.bringUp(name)
  },
} satisfies Fault
