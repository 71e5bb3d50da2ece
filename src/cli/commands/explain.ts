// `seatrial explain RULE`: the page of a rule or problem.

import type { Command } from './framework.ts'

export const explain = {
  name: 'explain',
  doc: 'Say what a finding or problem means, with a bad and a good example.',
  args: '[RULE|FINDING...]',
  flags: ['color'],
  examples: ['explain ST1001', 'explain'],
  run: async call => (await import('../run.ts')).runExplainCommand(call),
} satisfies Command
