// Taint eviction: deletes pods from nodes whose NoExecute taints they do not tolerate (any more).
// Upstream: pkg/controller/tainteviction/{taint_eviction,timed_workers}.go, v1.36.3.

import type { Node, Pod, PodCondition } from '../../kube/generated/types.ts'
import { splitKey } from '../../kube/object.ts'
import { formatTime } from '../../kube/time.ts'
import { sameValue } from '../equality.ts'
import { isNotFound } from '../failures.ts'
import {
  type Api,
  type Controller,
  done,
  type ObjectChange,
  type Part,
  type ReconcileResult,
  type WatchContext,
} from '../framework.ts'
import { evictionDelayMs, noExecuteTaints } from './timing.ts'

/** A planned eviction of the pod with that uid. */
interface Work {
  readonly uid: string
  readonly fireAtMs: number
}

const workKey = (podKey: string): string => `work:${podKey}`
/** Marks a pod whose taints or tolerations changed: only then is a plan made or dropped. */
const changedKey = (podKey: string): string => `changed:${podKey}`

export const taintEviction = {
  name: 'taint-eviction-controller',
  doc: 'Deletes pods that do not tolerate the NoExecute taints of their node.',
  watches: [
    { kind: 'Node', keys: onNode },
    { kind: 'Pod', keys: onPod },
  ],
  *reconcile(key, api) {
    const changed = yield* api.recall<boolean>(changedKey(key))
    if (changed === true) {
      yield* api.remember(changedKey(key), undefined)
      yield* replan(api, key)
    }
    return yield* fireDue(api, key)
  },
} satisfies Controller

function onNode(change: ObjectChange, context: WatchContext): readonly string[] {
  const before: Node | undefined = change.before
  const after: Node | undefined = change.after
  if (after === undefined) return []
  const old = before === undefined ? [] : noExecuteTaints(before)
  if (sameValue(old, noExecuteTaints(after))) return []
  const keys = context.lister.onNode<Pod>(change.key).map(podKeyOf)
  for (const key of keys) context.memory.set(changedKey(key), true)
  return keys
}

function podKeyOf({ metadata }: Pod): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}

function onPod(change: ObjectChange, { memory, lister }: WatchContext): readonly string[] {
  const before: Pod | undefined = change.before
  const after: Pod | undefined = change.after
  const planned = memory.get(workKey(change.key)) !== undefined
  if (after !== undefined) {
    const node = after.spec?.nodeName ?? ''
    const same =
      before?.spec?.nodeName === after.spec?.nodeName &&
      sameValue(before?.spec?.tolerations, after.spec?.tolerations)
    if (before !== undefined && same) return []
    // Most nodes carry no such taint, so most pods need no look.
    const taints = lister.get<Node>('Node', node)?.spec?.taints ?? []
    if (!planned && !taints.some(({ effect }) => effect === 'NoExecute')) return []
  } else if (!planned) return []
  memory.set(changedKey(change.key), true)
  return [change.key]
}

/** Upstream: processPodOnNode. A plan that stands is kept: its time runs from the first taint. */
function* replan(api: Api, key: string): Part<void> {
  const pod = yield* api.get<Pod>('Pod', key)
  const work = yield* api.recall<Work>(workKey(key))
  if (pod === undefined || (work !== undefined && work.uid !== pod.metadata.uid)) {
    yield* cancel(api, key, work)
    if (pod === undefined) return
  }
  const node = yield* api.get<Node>('Node', pod.spec?.nodeName ?? '')
  if (node === undefined) return
  const taints = noExecuteTaints(node)
  const delayMs = taints.length === 0 ? undefined : evictionDelayMs(pod, taints)
  const standing = work !== undefined && work.uid === pod.metadata.uid
  if (delayMs === undefined || delayMs === 0) {
    yield* cancel(api, key, standing ? work : undefined)
    if (delayMs === undefined) return
  } else if (standing) return
  const nowMs = yield* api.now()
  const plan: Work = { uid: pod.metadata.uid ?? '', fireAtMs: nowMs + delayMs }
  yield* api.remember(workKey(key), plan)
}

function* cancel(api: Api, key: string, work: Work | undefined): Part<void> {
  if (work === undefined) return
  yield* api.remember(workKey(key), undefined)
  const { namespace = '', name } = splitKey(key)
  const metadata = { namespace, name, uid: work.uid }
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata }
  yield* api.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`)
}

function* fireDue(api: Api, key: string): Part<ReconcileResult> {
  const work = yield* api.recall<Work>(workKey(key))
  if (work === undefined) return done
  const nowMs = yield* api.now()
  if (work.fireAtMs > nowMs) return { requeueAfterMs: work.fireAtMs - nowMs }
  yield* api.remember(workKey(key), undefined)
  return yield* evictPod(api, key)
}

const attemptsMax = 5

function* evictPod(api: Api, key: string): Part<ReconcileResult> {
  const { namespace = '', name } = splitKey(key)
  const stub: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } }
  const cached = yield* api.get<Pod>('Pod', key)
  const subject = cached ?? stub
  yield* api.event(subject, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`)
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const live = yield* api.getLive('Pod', namespace, name)
    if (!live.ok) {
      if (isNotFound(live)) return done
      continue
    }
    const pod = live.object as Pod
    if (yield* markAndDelete(api, pod)) return done
  }
  return done
}

function* markAndDelete(api: Api, pod: Pod): Part<boolean> {
  const nowMs = yield* api.now()
  const conditions = withDisruptionTarget(pod, nowMs)
  if (conditions !== undefined) {
    const patch = { metadata: { uid: pod.metadata.uid }, status: { conditions } }
    const marked = yield* api.patchStatus(pod, 'merge', patch)
    if (!marked.ok) return false
  }
  const deleted = yield* api.delete(pod)
  return deleted.ok
}

/** The conditions with DisruptionTarget, or undefined when it is there already. */
function withDisruptionTarget(pod: Pod, nowMs: number): readonly PodCondition[] | undefined {
  const old = pod.status?.conditions ?? []
  const before = old.find(({ type }) => type === 'DisruptionTarget')
  const { generation } = pod.metadata
  const reason = 'DeletionByTaintManager'
  if (before?.status === 'True' && before.reason === reason) return undefined
  const since = before?.status === 'True' ? before.lastTransitionTime : undefined
  const next: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason,
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: since ?? formatTime(nowMs),
    ...(generation !== undefined && { observedGeneration: generation }),
  }
  return before === undefined
    ? [...old, next]
    : old.map(condition => (condition === before ? next : condition))
}
