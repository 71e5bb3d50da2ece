// What a program would have done and the twin did not: no verdict on such an object is to be relied
// on.

import { splitKey } from '../kube/object.ts'
import { type UnmodelledNote, unmodelledTopic } from '../platforms/program.ts'
import { notesOf } from './trace.ts'
import type { Check, Verdict } from './verdict.ts'

export const unmodelled = {
  name: 'unmodelled',
  doc: 'A third-party program had something to do that the twin does not model.',
  verdicts: ['inconclusive'],
  judge: ({ world, startMs }) => {
    const last = new Map<string, Verdict | undefined>()
    for (const entry of notesOf(world, unmodelledTopic)) {
      const { kind, key, message } = entry.data as UnmodelledNote
      const { namespace, name } = splitKey(key)
      const object = { kind, ...(namespace !== undefined && { namespace }), name }
      const atMs = Math.max(startMs, entry.atMs)
      const verdict = { verdict: 'inconclusive', object, atMs, open: true } as const
      last.set(`${kind} ${key}`, message === undefined ? undefined : { ...verdict, message })
    }
    return [...last.values()].filter(verdict => verdict !== undefined)
  },
} satisfies Check
