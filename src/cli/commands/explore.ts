// `seatrial explore`: the orders that the wind may choose.

import { documentOutputs, inputFlags, outputFlags, platformFlags, runFlags } from './flag-lists.ts'
import type { Command } from './framework.ts'

export const explore = {
  name: 'explore',
  doc: 'Try the orders in which components may act, and tell which of them break something.',
  args: '[PATH|TRIAL...]',
  flags: [
    ...inputFlags,
    ...platformFlags,
    'trials',
    'subject',
    'strategy',
    'runs',
    'window',
    'deviations',
    'states',
    'memory',
    'stale',
    'crashes',
    'fault',
    'interleave',
    'smallest',
    'depth',
    'shard',
    'jobs',
    'record',
    ...runFlags,
    ...outputFlags,
  ],
  outputs: documentOutputs,
  examples: [
    'explore ./deploy --trials restart',
    "explore ./deploy --trials restart --subject 'Deployment default/web' --deviations 2",
    'explore ./deploy --strategy exhaustive --states 100000 --trials restart',
    'explore ./deploy --strategy pct --runs 500 --crashes 1 --stale 1 --record ./found',
    'explore night.trial.yaml --fault node-loss=workers-1',
    'explore ./deploy --strategy random --runs 500 --seed 7 -o json',
  ],
  run: async call => (await import('../run.ts')).runExploreCommand(call),
} satisfies Command
