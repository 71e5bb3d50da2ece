// Suite `controlplane`: answers and traces of a real control plane against the twin's.

import { type ApiCase, replayApiCase } from './api-cases.ts'
import { readRecording, recordingsIn } from './recordings.ts'
import type { Run } from './suite.ts'
import { Tally } from './tally.ts'

/** `validation/pod-spec-012` of `api-validation` is of the family `api-validation/pod-spec`. */
function familyOf(recording: string, id: string): string {
  const name = id.slice(id.indexOf('/') + 1)
  return `${recording}/${name.replace(/-\d+$/, '')}`
}

export const run: Run = async (folder, options) => {
  const tally = new Tally('controlplane', folder, options)
  for (const { name, path } of recordingsIn(folder)) {
    if (!name.startsWith('api-')) continue
    for (const each of readRecording(path) as Generator<ApiCase>) {
      const family = familyOf(name, each.id)
      if (!tally.wants({ family, id: each.id })) continue
      if (tally.isDeviation(family)) tally.cannotRun({ family, id: each.id }, 'deviation')
      else replayApiCase(each, family, tally)
    }
  }
  return tally.result()
}
