// A small API server in memory for tests: a Map per kind, revisions from 1, countable UIDs.

import { draw } from '../base/prng.ts'
import { compareStrings } from '../base/compare.ts'
import type { KubeObject } from '../kube/object.ts'
import type { AdmissionPlugin } from './admission.ts'
import type { ApiContext, ApiRequest, ApiResponse, Written } from './request.ts'
import { handle } from './server.ts'

export interface MemoryServer {
  /** Virtual time in ms since 1970; tests move it. */
  nowMs: number
  /** Who asks; an administrator when undefined. */
  user: ApiContext['user']
  /** Kinds that are listed backwards, for answers that do not depend on an order. */
  readonly backwards: Set<string>
  readonly context: ApiContext
  readonly writes: string[]
  /** What plugins recorded, oldest first. */
  readonly notes: { readonly topic: string; readonly data: unknown }[]
  request(request: ApiRequest): ApiResponse
  /** The stored object, asserted to exist. */
  object(kind: string, key: string): KubeObject | undefined
}

function uidsInOrder(): () => string {
  let uids = 0
  return () => {
    uids += 1
    return `00000000-0000-4000-8000-${String(uids).padStart(12, '0')}`
  }
}

/** A server without objects at 2026-01-01T00:00:00Z. */
export function memoryServer(plugins: readonly AdmissionPlugin[] = []): MemoryServer {
  const kinds = new Map<string, Map<string, KubeObject>>()
  const writes: string[] = []
  let revision = 0
  let draws = 0
  const of = (kind: string): Map<string, KubeObject> => {
    const known = kinds.get(kind) ?? new Map<string, KubeObject>()
    kinds.set(kind, known)
    return known
  }
  const backwards = new Set<string>()
  const sorted = (kind: string): readonly KubeObject[] => {
    const list = [...of(kind)].sort(([a], [b]) => compareStrings(a, b)).map(([, object]) => object)
    return backwards.has(kind) ? list.reverse() : list
  }
  const written = new Map<string, Written[]>()
  const note = (kind: string, key: string, write: Pick<Written, 'after'>): void => {
    const id = `${kind} ${key}`
    revision += 1
    writes.push(`${write.after === undefined ? 'remove' : 'put'} ${id}`)
    const rest = { before: of(kind).get(key), atMs: server.nowMs, manager: 'trial' }
    written.set(id, [...(written.get(id) ?? []), { ...rest, ...write }])
  }
  const server: MemoryServer = {
    nowMs: 1_767_225_600_000,
    writes,
    notes: [],
    user: undefined,
    backwards,
    request: request => {
      const { context, nowMs, user } = server
      return handle({ ...context, nowMs, ...(user && { user }) }, request, plugins)
    },
    object: (kind, key) => of(kind).get(key),
    context: {
      nowMs: 0,
      get: (kind, key) => of(kind).get(key),
      list: (kind, namespace) =>
        sorted(kind).filter(
          each => namespace === undefined || each.metadata.namespace === namespace,
        ),
      dependents: uid =>
        [...kinds.keys()].sort(compareStrings).flatMap(kind =>
          sorted(kind)
            .filter(each => each.metadata.ownerReferences?.some(owner => owner.uid === uid))
            .map(object => ({ kind, object })),
        ),
      nextRevision: () => revision + 1,
      put: (kind, key, object, via) => {
        note(kind, key, { after: object, ...via })
        of(kind).set(key, object)
      },
      history: (kind, key) => written.get(`${kind} ${key}`) ?? [],
      remove: (kind, key) => {
        note(kind, key, { after: undefined })
        of(kind).delete(key)
      },
      note: (topic, data) => server.notes.push({ topic, data }),
      newUid: uidsInOrder(),
      randomBelow: bound => {
        draws += 1
        return draw(1, 'names', draws) % bound
      },
    },
  }
  return server
}
