// `seatrial replay SCHEDULE|RECORDING`: one run told again.

import { documentOutputs, inputFlags, outputFlags, platformFlags } from './flag-lists.ts'
import type { Command } from './framework.ts'

export const replay = {
  name: 'replay',
  doc: 'Repeat one run: the schedule that a report printed, or a recording of explore.',
  args: 'SCHEDULE|RECORDING [PATH|TRIAL...]',
  flags: [
    ...inputFlags,
    ...platformFlags,
    'trials',
    'subject',
    'fault',
    'interleave',
    ...outputFlags,
  ],
  outputs: documentOutputs,
  examples: [
    'replay st2.1.d20.7-1.i0f3a9c41 ./deploy',
    'replay ./found/1-restart-rollout-stuck-web.json',
  ],
  run: async call => (await import('../run.ts')).runReplayCommand(call),
} satisfies Command
