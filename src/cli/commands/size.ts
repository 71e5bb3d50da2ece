// `seatrial size`: how many nodes a platform needs.

import { documentOutputs, inputFlags, outputFlags, platformFlags, runFlags } from './flag-lists.ts'
import type { Command } from './framework.ts'

export const size = {
  name: 'size',
  doc: 'Find the smallest number of nodes at which each trial holds.',
  args: '[PATH...]',
  flags: [...inputFlags, ...platformFlags, ...runFlags, 'max-nodes', ...outputFlags],
  outputs: documentOutputs,
  examples: ['size ./deploy', 'size ./deploy --node-size 2x8Gi --max-nodes 20 -o json'],
  run: async call => (await import('../run.ts')).runSizeCommand(call),
} satisfies Command
