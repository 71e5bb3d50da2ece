// `seatrial version`: what this is and what it models.

import { version as number } from '../version.ts'
import { exits } from '../exit.ts'
import type { Command } from './framework.ts'

const outputs = ['text', 'json'] as const

export const version = {
  name: 'version',
  doc: 'Print the version, and the Kubernetes version that is modelled by default.',
  args: '',
  flags: ['output'],
  outputs,
  examples: ['version', 'version -o json'],
  run: async ({ given, io }) => {
    const format = given.get('output')?.values.at(-1) ?? 'text'
    if (!outputs.some(each => each === format)) {
      io.err(`seatrial: --output does not know "${format}": known: ${outputs.join(', ')}\n`)
      return exits.usage
    }
    const { kubernetesDefault } = await import('../run.ts')
    const facts = { seatrial: number, kubernetes: kubernetesDefault, node: process.version }
    const lines = Object.entries(facts).map(([name, value]) => `${name} ${value}\n`)
    io.out(format === 'json' ? `${JSON.stringify(facts, null, 2)}\n` : lines.join(''))
    return exits.holds
  },
} satisfies Command
