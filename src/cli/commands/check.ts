// `seatrial check`: the standard trials, for people and for CI.

import { inputFlags, outputFlags, platformFlags, runFlags } from './flag-lists.ts'
import type { Command } from './framework.ts'

export const check = {
  name: 'check',
  doc: 'Take a platform through install, restart, loss of each node, and drain.',
  args: '[PATH...]',
  flags: [
    ...inputFlags,
    ...platformFlags,
    'trials',
    ...runFlags,
    'windows',
    'remedies',
    'fail-on',
    'baseline',
    'report',
    ...outputFlags,
  ],
  examples: [
    'check ./deploy',
    'check -k overlays/prod --nodes 5 --node-size 8x32Gi --zones a,b,c',
    'check ./deploy -o json --report sarif=out.sarif',
    'helm template ./chart | seatrial check -',
  ],
  run: async call => (await import('../run.ts')).runCheckCommand(call),
} satisfies Command
