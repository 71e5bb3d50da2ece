// `seatrial fix`: what helps against each finding, tried; and writes it into files when told to.

import { inputFlags, outputFlags, platformFlags, runFlags } from './flag-lists.ts'
import type { Command } from './framework.ts'

export const fix = {
  name: 'fix',
  doc: 'Show which changes make findings go away, tried; --write edits your files.',
  args: '[PATH...]',
  flags: [
    ...inputFlags,
    ...platformFlags,
    'trials',
    ...runFlags,
    'remedies',
    'write',
    'accept',
    ...outputFlags,
  ],
  examples: [
    'fix ./deploy',
    'fix ./deploy --write',
    'fix ./deploy --write --accept allow-unavailable',
  ],
  run: async call => (await import('../run.ts')).runFixCommand(call),
} satisfies Command
