// `seatrial init`: writes down what check would otherwise be told each time.

import { platformFlags } from './flag-lists.ts'
import type { Command } from './framework.ts'

export const init = {
  name: 'init',
  doc: 'Write a seatrial.yaml for what lies here; never overwrites one.',
  args: '[PATH...]',
  flags: [...platformFlags, 'color'],
  examples: ['init', 'init ./deploy --nodes 5 --node-size 8x32Gi --zones a,b,c'],
  run: async call => (await import('../run.ts')).runInitCommand(call),
} satisfies Command
