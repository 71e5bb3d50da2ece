// `seatrial explore`: the orders that the wind may choose.

import { documentOutputs, inputFlags, outputFlags, platformFlags, runFlags } from './flag-lists.ts'
import type { Command } from './framework.ts'

export const explore = {
  name: 'explore',
  doc: 'Try the orders in which components may act, and tell which of them break something.',
  args: '[PATH...]',
  flags: [
    ...inputFlags,
    ...platformFlags,
    'trials',
    'subject',
    'strategy',
    'runs',
    'window',
    'deviations',
    ...runFlags,
    ...outputFlags,
  ],
  outputs: documentOutputs,
  examples: [
    'explore ./deploy --trials restart',
    "explore ./deploy --trials restart --subject 'Deployment default/web' --deviations 2",
    'explore ./deploy --strategy random --runs 500 --seed 7 -o json',
  ],
  run: async call => (await import('../run.ts')).runExploreCommand(call),
} satisfies Command
