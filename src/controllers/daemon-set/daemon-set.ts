// The DaemonSet controller: one pod on each node where it belongs, replaced as templates change.
// Upstream: pkg/controller/daemon/{daemon_controller,update}.go, v1.36.3.

import type { DaemonSet, Node } from '../../kube/generated/types.ts'
import { sameValue } from '../equality.ts'
import { type Expectations, expectationsKey, satisfied } from '../expectations.ts'
import { type Api, type Controller, done, type Part, type ReconcileResult } from '../framework.ts'
import { cleanupHistory, constructHistory } from './history.ts'
import { manage, type ManageInput, type ManageOutcome } from './manage.ts'
import { placementOn } from './placement.ts'
import { claimPods, syncNodes } from './pods.ts'
import { planRollingUpdate } from './rolling.ts'
import { countersOf, storeStatus } from './status.ts'
import { watches } from './watches.ts'

interface Updating {
  readonly key: string
  readonly input: ManageInput
  readonly old: Parameters<typeof cleanupHistory>[2]
}

/** Upstream: updateDaemonSet. Each stage lists the pods anew: claiming may have changed them. */
function* update(api: Api, { key, input, old }: Updating): Part<ManageOutcome> {
  const { daemonSet, hash } = input
  const managed = yield* manage(api, input)
  if (managed.error !== undefined) return managed
  const nowMs = yield* api.now()
  const expectations = yield* api.recall<Expectations>(expectationsKey(key))
  const rolling = daemonSet.spec?.updateStrategy?.type !== 'OnDelete'
  if (rolling && satisfied(expectations, nowMs)) {
    const claim = yield* claimPods(api, daemonSet)
    if (claim.error !== undefined) return { ...managed, error: claim.error }
    const plan = planRollingUpdate({ ...input, pods: claim.pods, nowMs })
    const error = yield* syncNodes(api, daemonSet, { ...plan, hash })
    if (error !== undefined) return { ...managed, error }
  }
  const error = yield* cleanupHistory(api, daemonSet, old)
  if (error === undefined) return managed
  return { ...managed, error: `failed to clean up revisions of DaemonSet: ${error}` }
}

/** Upstream: updateDaemonSetStatus, with the time to come back for minReadySeconds. */
function* writeStatus(api: Api, input: ManageInput, observed: boolean): Part<ReconcileResult> {
  const { daemonSet } = input
  const claim = yield* claimPods(api, daemonSet)
  if (claim.error !== undefined) return { error: claim.error }
  const nowMs = yield* api.now()
  const counters = countersOf({ ...input, pods: claim.pods, nowMs })
  const error = yield* storeStatus(api, daemonSet, counters, observed)
  if (error !== undefined) return { error }
  const minReadySeconds = daemonSet.spec?.minReadySeconds ?? 0
  const waits = minReadySeconds > 0 && counters.numberReady !== counters.numberAvailable
  return waits ? { requeueAfterMs: minReadySeconds * 1000 } : done
}

function* sync(key: string, daemonSet: DaemonSet, api: Api): Part<ReconcileResult> {
  const nodes = yield* api.list<Node>('Node')
  if (sameValue(daemonSet.spec?.selector, {})) {
    const message = 'This daemon set is selecting all pods. A non-empty selector is required.'
    yield* api.event(daemonSet, 'Warning', 'SelectingAll', message)
    return done
  }
  if (daemonSet.metadata.deletionTimestamp !== undefined) return done
  const history = yield* constructHistory(api, daemonSet)
  if (!history.ok) {
    return { error: `failed to construct revisions of DaemonSet: ${history.error}` }
  }
  const claim = yield* claimPods(api, daemonSet)
  if (claim.error !== undefined) return { error: claim.error }
  const nowMs = yield* api.now()
  const { hash, old } = history
  const placement = placementOn(daemonSet)
  const input: ManageInput = { daemonSet, nodes, placement, pods: claim.pods, hash, nowMs }
  const expectations = yield* api.recall<Expectations>(expectationsKey(key))
  if (!satisfied(expectations, nowMs)) return yield* writeStatus(api, input, false)
  const outcome = yield* update(api, { key, input, old })
  const status = yield* writeStatus(api, input, true)
  if (outcome.error !== undefined) return { error: outcome.error }
  return status.error !== undefined ? status : sooner(status.requeueAfterMs, outcome.retryAfterMs)
}

function sooner(a: number | undefined, b: number | undefined): ReconcileResult {
  if (a === undefined && b === undefined) return done
  return { requeueAfterMs: Math.min(a ?? Infinity, b ?? Infinity) }
}

function* reconcile(key: string, api: Api): Part<ReconcileResult> {
  const daemonSet = yield* api.get<DaemonSet>('DaemonSet', key)
  if (daemonSet !== undefined) return yield* sync(key, daemonSet, api)
  yield* api.remember(expectationsKey(key), undefined)
  return done
}

export const daemonSet = {
  name: 'daemonset-controller',
  doc: 'Keeps one pod of each DaemonSet on every node where it belongs.',
  watches,
  ownWrites: ['DaemonSet', 'Pod'],
  reconcile,
} satisfies Controller
