// The quota that refuses an object or its pods, where its limits are written.

import { refText } from '../../checks/life.ts'
import { refOf } from '../../trials/voyage.ts'
import type { CauseFinder } from './cause-finder.ts'

/** Upstream: apiserver pkg/admission/plugin/resourcequota/controller.go. */
const refusal = /exceeded quota: (\S+), requested: (.*), used: (.*), limited: (.*)$/

export const exceededQuota = {
  name: 'exceeded-quota',
  doc: 'The ResourceQuota that refuses an object or its pods, where its limits are written.',
  find: ({ incident, platform }) => {
    const [, quota, requested = '', used = '', limited = ''] =
      refusal.exec(incident.message ?? '') ?? []
    if (quota === undefined) return []
    const name = refText({ ...incident.object, kind: 'ResourceQuota', name: quota })
    const written = platform.objects.find(({ object }) => refText(refOf(object)) === name)
    const locations = written === undefined ? [] : [written.locate('spec.hard')]
    const text = `ResourceQuota ${quota} allows ${limited}, ${used} is used`
    const facts = { quota, requested, used, limited }
    return [{ code: 'quota-exceeded', text, facts, locations, writers: [] }]
  },
} satisfies CauseFinder
