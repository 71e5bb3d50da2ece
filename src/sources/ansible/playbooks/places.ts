// The places that lead to a task.

import type { Location } from '../../../base/problem.ts'
import type { Task } from './model.ts'

/** The includes, roles and the play that a task is reached through, the nearest first. */
export function placesAbove(task: Task): readonly Location[] {
  const chain: Location[] = []
  for (let node = task.parent; node !== undefined; node = node.parent) {
    if (node.kind === 'task') chain.push(node.at)
  }
  if (task.role !== undefined) chain.push(task.role.at)
  chain.push(task.play.at)
  return distinctPlaces(chain, task.at)
}

/** Places by line, each once, without that of what they lead to. */
export function distinctPlaces(chain: readonly Location[], at: Location): readonly Location[] {
  const places = new Map(chain.map(each => [`${each.file}:${each.line ?? 0}`, each]))
  places.delete(`${at.file}:${at.line ?? 0}`)
  return [...places.values()]
}
