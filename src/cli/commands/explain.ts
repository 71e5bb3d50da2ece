// `seatrial explain`: the page of a rule or problem, one finding in full, or all about an object.

import { documentOutputs, inputFlags, platformFlags, runFlags } from './flag-lists.ts'
import type { Command } from './framework.ts'

export const explain = {
  name: 'explain',
  doc: 'Say what a rule means, all that the trials show of a finding or an object, who wrote a field, or where a pod may go.',
  args: '[RULE|FINDING|OBJECT|PATH...]',
  flags: [...inputFlags, ...platformFlags, ...runFlags, 'remedies', 'output', 'color'],
  outputs: documentOutputs,
  examples: [
    'explain ST1001',
    'explain Deployment/argocd/argocd-server -f ./deploy',
    'explain deploy/web -f ./deploy --nodes 3',
    'explain Pod/shop/web spec.nodeSelector -f ./deploy',
    'explain pod web -f ./deploy -o json',
    'explain',
  ],
  run: async call => (await import('../run.ts')).runExplainCommand(call),
} satisfies Command
