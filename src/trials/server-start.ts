// What the deploy controller of k3s does with manifests when a server starts: it applies them all,
// changed or not, and looks again every 15 s until that has worked.

import type { Problem } from '../base/problem.ts'
import { request } from '../cluster/cluster.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import { keyOf } from '../kube/object.ts'
import { type ManifestFile, rescanMs, scanManifests } from '../platforms/k3s/deploy.ts'
import type { DeployWorld } from '../platforms/k3s/world.ts'
import type { PlatformObject } from './platform.ts'
import type { Voyage } from './voyage.ts'

/** Looks at the folder for so long; what has not worked until then is told. */
const looksMax = 4

/** Starts a server with these manifests; what it could not apply, one Problem for each reason. */
export function startServer(
  voyage: Voyage,
  objects: readonly PlatformObject[],
): readonly Omit<Problem, 'location'>[] {
  const world = worldOf(voyage)
  const files = filesOf(objects)
  let errors: readonly string[] = []
  for (let look = 0; look < looksMax; look += 1) {
    if (look > 0) voyage.wait(rescanMs)
    const scan = { files, disabled: new Set<string>(), force: true, seen: new Map() }
    errors = scanManifests(world, scan).errors
    if (errors.length === 0) break
  }
  return errors.map(what => ({
    code: 'ST0321',
    severity: 'error',
    what,
    why: 'the deploy controller of k3s tries again every 15 s, and it would go on like this',
    todo: 'correct the manifest',
  }))
}

function worldOf({ world }: Voyage): DeployWorld {
  const { store } = world
  return {
    get: (kind, key) => store.get(kind, key),
    list: kind => store.list(kind),
    submit: each => request(world, each),
    event: ({ metadata }, { type, reason, message }) =>
      world.note('deploy', 'event', { addon: keyOf(metadata), type, reason, message }),
  }
}

/** The files that the objects come from; their text is that of the objects. */
function filesOf(objects: readonly PlatformObject[]): readonly ManifestFile[] {
  const byFile = new Map<string, PlatformObject[]>()
  for (const each of objects) {
    const { file } = each.locate('')
    byFile.set(file, [...(byFile.get(file) ?? []), each])
  }
  return [...byFile].map(([file, found]) => ({
    path: file.slice(file.lastIndexOf('/') + 1),
    text: JSON.stringify(found.map(({ object }) => [kindKeyOf(object), object])),
    modifiedMs: 0,
    content: found.map(({ object }) => object),
  }))
}
