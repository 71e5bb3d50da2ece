// Suite `ansible`: what ansible-core 2.16, 2.18 and 2.19 read, matched, evaluated and ran. A
// recording is one file of the folder; tools/conformance/ansible/<name>.ts answers it.

import { expressions } from './ansible/expressions.ts'
import { inventories } from './ansible/inventories.ts'
import { listed } from './ansible/listed.ts'
import { patterns } from './ansible/patterns.ts'
import { playbooks } from './ansible/playbooks.ts'
import { reach } from './ansible/reach.ts'
import type { Replay } from './ansible/recording.ts'
import { readRecording, recordingsIn } from './recordings.ts'
import type { Run } from './suite.ts'
import { Tally } from './tally.ts'

const replays: Readonly<Record<string, Replay>> = {
  expressions,
  inventories,
  listed,
  patterns,
  playbooks,
  reach,
}

/** Worlds are answers of single tasks that other recordings name. */
const noCases: ReadonlySet<string> = new Set(['worlds'])

export const run: Run = async (folder, options) => {
  const tally = new Tally('ansible', folder, options)
  for (const { name, path } of recordingsIn(folder)) {
    if (noCases.has(name)) continue
    for (const recorded of readRecording(path)) {
      const { id } = recorded as { readonly id: string }
      const replay = replays[name]
      if (replay !== undefined) replay(recorded, tally, { trees: options.trees ?? new Map(), path })
      else if (tally.wants({ family: name, id })) {
        tally.cannotRun({ family: name, id }, 'not implemented')
      }
    }
  }
  return tally.result()
}
