// `seatrial inventory`: what every host of an installer's inventory becomes.

import type { Command } from './framework.ts'

export const inventory = {
  name: 'inventory',
  doc: 'Tell what an installer makes of each host: parts, tools, and what is wrong with the groups.',
  args: '[PATH] [TOOL]',
  flags: ['playbooks', 'fact', 'plan', 'why', 'fail-on', 'output', 'color', 'verbosity'],
  outputs: ['text', 'table', 'wide', 'json', 'yaml', 'markdown'],
  examples: [
    'inventory inventory/mycluster/inventory.ini',
    'inventory inventory/mycluster -o markdown',
    'inventory hosts.yaml --why node3 nerdctl',
    'inventory hosts.yaml --playbooks ../kubespray',
    'inventory now.yaml --plan wanted.yaml',
  ],
  run: async call => (await import('../run.ts')).runInventoryCommand(call),
} satisfies Command
