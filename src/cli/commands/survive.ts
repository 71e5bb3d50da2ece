// `seatrial survive`: who goes down for how long, for the loss of each node and zone.

import { inputFlags, outputFlags, platformFlags, runFlags } from './flag-lists.ts'
import type { Command } from './framework.ts'

export const survive = {
  name: 'survive',
  doc: 'Tell for how long each Service is down when each node or zone is lost.',
  args: '[PATH...]',
  flags: [...inputFlags, ...platformFlags, ...runFlags, 'fail-on', ...outputFlags],
  outputs: ['text', 'table', 'wide', 'name', 'json', 'yaml', 'jsonpath=', 'markdown'],
  examples: [
    'survive ./deploy',
    'survive ./deploy --nodes 5 --zones a,b,c -o wide',
    'survive ./deploy -o json | jq .rows[0]',
  ],
  run: async call => (await import('../run.ts')).runSurviveCommand(call),
} satisfies Command
