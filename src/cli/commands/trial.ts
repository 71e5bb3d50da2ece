// `seatrial trial FILE…`: scripted trials with what they expect.

import { documentOutputs, shownFlags, platformFlags, runFlags } from './flag-lists.ts'
import type { Command } from './framework.ts'

export const trial = {
  name: 'trial',
  doc: 'Run scripted trials (*.trial.yaml) and hold them against what they expect.',
  args: '[FILE...]',
  flags: ['filename', 'namespace', ...platformFlags, ...runFlags, ...shownFlags],
  outputs: documentOutputs,
  examples: ['trial night.trial.yaml', 'trial examples/kubefirst/advice/*.trial.yaml -o json'],
  run: async call => (await import('../run.ts')).runTrialCommand(call),
} satisfies Command
