// The ControllerRevisions of a DaemonSet: one per template, the present one named by its hash.
// Upstream: pkg/controller/daemon/update.go (constructHistory, snapshot, cleanupHistory), v1.36.3.

import type { ControllerRevision, DaemonSet, Pod } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { computeTemplateHash } from '../../kube/template-hash.ts'
import { claimObjects } from '../claiming.ts'
import { errorText, isAlreadyExists } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import { ownedAndOrphans } from '../owners.ts'
import { controllerRefOf } from '../pod-control.ts'
import { byRevisionNumber, restores, revisionData } from '../revisions.ts'
import { claimPods, hashLabel } from './pods.ts'

export type History =
  | { readonly ok: true; readonly hash: string; readonly old: readonly ControllerRevision[] }
  | { readonly ok: false; readonly error: string }

const failed = (error: string): History => ({ ok: false, error })

/** Finds or creates the revision of the present template. */
export function* constructHistory(api: Api, daemonSet: DaemonSet): Part<History> {
  const candidates = yield* ownedAndOrphans<ControllerRevision>(
    api,
    'ControllerRevision',
    daemonSet,
  )
  const { selector, template = {} } = daemonSet.spec ?? {}
  const { claimed, error } = yield* claimObjects(api, {
    owner: daemonSet,
    candidates,
    matches: ({ metadata }) => selectorMatches(selector, metadata.labels),
  })
  if (error !== undefined) return failed(error)
  const current = claimed.filter(revision => restores(revision, template))
  const old = claimed.filter(revision => !current.includes(revision))
  const number = Math.max(0, ...old.map(({ revision }) => revision)) + 1
  if (current.length === 0) return yield* snapshot(api, daemonSet, { number, old })
  const kept = yield* deduplicated(api, daemonSet, current)
  if (typeof kept === 'string') return failed(kept)
  if (kept.revision < number) {
    const answer = yield* api.update({ ...kept, revision: number })
    if (!answer.ok) return failed(errorText(answer))
  }
  return { ok: true, hash: kept.metadata.labels?.[hashLabel] ?? '', old }
}

function* snapshot(
  api: Api,
  daemonSet: DaemonSet,
  { number, old }: { readonly number: number; readonly old: readonly ControllerRevision[] },
): Part<History> {
  const { template = {} } = daemonSet.spec ?? {}
  const { name: owner = '', namespace = '', annotations } = daemonSet.metadata
  const hash = computeTemplateHash(template, daemonSet.status?.collisionCount)
  const name = `${owner}-${hash}`
  const revision: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name,
      namespace,
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      ...(annotations && { annotations }),
      ownerReferences: [controllerRefOf(daemonSet)],
    },
    data: revisionData(template),
    revision: number,
  }
  const answer = yield* api.create(revision)
  if (answer.ok) return { ok: true, hash, old }
  if (!isAlreadyExists(answer)) return failed(errorText(answer))
  const taken = yield* api.getLive('ControllerRevision', namespace, name)
  if (!taken.ok) return failed(errorText(taken))
  if (restores(taken.object as ControllerRevision, template)) return { ok: true, hash, old }
  return yield* collide(api, daemonSet, errorText(answer))
}

/** The name belongs to another template: the next hash is made with a higher collision count. */
function* collide(api: Api, daemonSet: DaemonSet, error: string): Part<History> {
  const { namespace, name = '' } = daemonSet.metadata
  const live = yield* api.getLive('DaemonSet', namespace, name)
  if (!live.ok) return failed(errorText(live))
  const fresh = live.object as DaemonSet
  const count = daemonSet.status?.collisionCount
  if (fresh.status?.collisionCount !== count || fresh.status === undefined) {
    return failed(`found a stale collision count of DaemonSet "${name}" while processing`)
  }
  const status = { ...fresh.status, collisionCount: (count ?? 0) + 1 }
  const answer = yield* api.updateStatus({ ...fresh, status })
  return failed(answer.ok ? error : errorText(answer))
}

/** Of several revisions with the present template the latest is kept, and pods are relabelled. */
function* deduplicated(
  api: Api,
  daemonSet: DaemonSet,
  current: readonly ControllerRevision[],
): Part<ControllerRevision | string> {
  const sorted = current.toSorted(byRevisionNumber)
  const kept = sorted.at(-1) as ControllerRevision
  if (sorted.length === 1) return kept
  const hash = kept.metadata.labels?.[hashLabel] ?? ''
  const { pods, error } = yield* claimPods(api, daemonSet)
  if (error !== undefined) return error
  for (const pod of pods) {
    if (pod.metadata.labels?.[hashLabel] === hash) continue
    const patch = { metadata: { labels: { [hashLabel]: hash } } }
    const answer = yield* api.patch(pod, 'merge', patch)
    if (!answer.ok) return errorText(answer)
  }
  for (const revision of sorted.slice(0, -1)) {
    const answer = yield* api.delete(revision)
    if (!answer.ok) return errorText(answer)
  }
  return kept
}

/** Deletes the oldest revisions beyond revisionHistoryLimit that no pod has. */
export function* cleanupHistory(
  api: Api,
  daemonSet: DaemonSet,
  old: readonly ControllerRevision[],
): Part<string | undefined> {
  let surplus = old.length - (daemonSet.spec?.revisionHistoryLimit ?? 10)
  if (surplus <= 0) return undefined
  const { pods, error } = yield* claimPods(api, daemonSet)
  if (error !== undefined) return error
  const live = new Set(pods.map((pod: Pod) => pod.metadata.labels?.[hashLabel] ?? ''))
  for (const revision of old.toSorted(byRevisionNumber)) {
    if (surplus <= 0) return undefined
    const hash = revision.metadata.labels?.[hashLabel] ?? ''
    if (hash !== '' && live.has(hash)) continue
    const answer = yield* api.delete(revision)
    if (!answer.ok) return errorText(answer)
    surplus -= 1
  }
  return undefined
}
