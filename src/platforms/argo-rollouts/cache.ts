// The controller's own cache: the informers', with what it put there itself. Such an object stays
// until the next change of its key arrives, or until the process that wrote it is gone.
// Upstream: argo-rollouts v1.7.2 rollout/{controller,replicaset}.go, the calls of the indexers.

import type { Api, Memory, Part } from '../../controllers/framework.ts'
import type { KubeObject } from '../../kube/object.ts'

/** The process that runs the controller: a pod's container between two restarts. */
export interface ControllerProcess {
  readonly id: string
  /** Tag of its image: v1.7.2. */
  readonly tag: string
}

interface OwnEntry {
  readonly process: string
  readonly object: KubeObject
}

function entryKey(kind: string, key: string): string {
  return `cache:${kind} ${key}`
}

/** Reads an object as the process has it. */
export function* readCached<T extends KubeObject>(
  api: Api,
  { id }: ControllerProcess,
  { kind, key }: { readonly kind: string; readonly key: string },
): Part<T | undefined> {
  const informed = yield* api.get<T>(kind, key)
  const own = yield* api.recall<OwnEntry>(entryKey(kind, key))
  return own !== undefined && own.process === id ? (own.object as T) : informed
}

/** Puts an object into the cache of the process, over whatever is there. */
export function writeBack(
  api: Api,
  { id }: ControllerProcess,
  { kind, key, object }: { kind: string; key: string; object: KubeObject },
): Part<void> {
  return api.remember(entryKey(kind, key), { process: id, object } satisfies OwnEntry)
}

/** The watch delivers a change: it replaces what the process put there. */
export function replaced(memory: Memory, kind: string, key: string): void {
  memory.delete(entryKey(kind, key))
}
