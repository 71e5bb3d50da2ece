// Reads of the trace that several checks make.

import type { RecordedNote, TraceEntry } from '../engine/trace.ts'
import type { World } from '../engine/world.ts'

type ByTopic = ReadonlyMap<string, readonly RecordedNote[]>

/** One look at the trace serves every check; a World that went on has a longer trace. */
const known = new WeakMap<World, { readonly length: number; readonly byTopic: ByTopic }>()

/** All notes of a topic so far, in order. */
export function notesOf(world: World, topic: string): readonly RecordedNote[] {
  const { traceLength: length } = world
  let found = known.get(world)
  if (found?.length !== length) {
    found = { length, byTopic: byTopicOf(world) }
    known.set(world, found)
  }
  return found.byTopic.get(topic) ?? []
}

function byTopicOf(world: World): ByTopic {
  const byTopic = new Map<string, RecordedNote[]>()
  for (const entry of world.traceFrom(0)) {
    if (entry.type !== 'note') continue
    const same = byTopic.get(entry.topic)
    if (same === undefined) byTopic.set(entry.topic, [entry])
    else same.push(entry)
  }
  return byTopic
}

/** What was recorded since the trial began, in order. */
export function entriesSince(world: World, startMs: number): readonly TraceEntry[] {
  let start = world.traceLength
  while (start > 0 && world.traceAt(start - 1).atMs >= startMs) start -= 1
  return world.traceFrom(start)
}
