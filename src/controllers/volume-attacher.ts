// An assumed external attacher of every CSI driver: attachments succeed after a second.
// Stands in for kubernetes-csi/external-attacher v4.

import type { VolumeAttachment } from '../kube/generated/types.ts'
import { errorText, isNotFound } from './failures.ts'
import { type Controller, done } from './framework.ts'

/** Assumption: how long attaching takes. */
export const attachMs = 1000

const since = (key: string): string => `since:${key}`

export const volumeAttacher = {
  name: 'volume-attacher',
  doc: 'Assumed: attaches volumes of any CSI driver within a second.',
  watches: [{ kind: 'VolumeAttachment', keys: ({ key }) => [key] }],
  *reconcile(key, api) {
    const attachment = yield* api.get<VolumeAttachment>('VolumeAttachment', key)
    const startMs = yield* api.recall<number>(since(key))
    const nowMs = yield* api.now()
    if (attachment === undefined || attachment.status?.attached === true) {
      if (startMs !== undefined) yield* api.remember(since(key), undefined)
      return done
    }
    if (startMs === undefined) yield* api.remember(since(key), nowMs)
    const leftMs = (startMs ?? nowMs) + attachMs - nowMs
    if (leftMs > 0) return { requeueAfterMs: leftMs }
    const patch = { status: { attached: true } }
    const answer = yield* api.patchStatus(attachment, 'merge', patch)
    return answer.ok || isNotFound(answer) ? done : { error: errorText(answer) }
  },
} satisfies Controller
