// TTL controller: deletes finished Jobs after spec.ttlSecondsAfterFinished.
// Upstream: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go, v1.36.3.

import type { Job } from '../kube/generated/types.ts'
import { parseTime } from '../kube/time.ts'
import { errorText, isNotFound } from './failures.ts'
import { type Controller, done } from './framework.ts'

/** When a Job is to be deleted; undefined when it is not. */
function expiresAtMs(job: Job): number | undefined {
  const ttl = job.spec?.ttlSecondsAfterFinished
  if (ttl === undefined || job.metadata.deletionTimestamp !== undefined) return undefined
  const finished = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
  const since = finished?.lastTransitionTime
  return since === undefined ? undefined : parseTime(since) + ttl * 1000
}

export const ttlAfterFinished = {
  name: 'ttl-after-finished-controller',
  doc: 'Deletes finished Jobs when their time to live is over.',
  watches: [
    {
      kind: 'Job',
      keys: ({ key, after }) =>
        after !== undefined && expiresAtMs(after) !== undefined ? [key] : [],
    },
  ],
  *reconcile(key, api) {
    const job = yield* api.get<Job>('Job', key)
    const nowMs = yield* api.now()
    const atMs = job && expiresAtMs(job)
    if (job === undefined || atMs === undefined) return done
    if (atMs > nowMs) return { requeueAfterMs: atMs - nowMs }
    const { namespace, name = '' } = job.metadata
    const live = yield* api.getLive('Job', namespace, name)
    if (!live.ok) return isNotFound(live) ? done : { error: errorText(live) }
    const freshMs = expiresAtMs(live.object)
    if (freshMs === undefined) return done
    if (freshMs > nowMs) return { requeueAfterMs: freshMs - nowMs }
    const { uid = '' } = live.object.metadata
    const answer = yield* api.delete(live.object, {
      propagationPolicy: 'Foreground',
      preconditions: { uid },
    })
    return answer.ok || isNotFound(answer) ? done : { error: errorText(answer) }
  },
} satisfies Controller
