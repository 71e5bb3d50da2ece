// `seatrial completion SHELL`: a script that lets a shell complete commands, flags and values.

import { nearest } from '../../base/nearest.ts'
import { completionScript, shells } from '../completion.ts'
import { exits } from '../exit.ts'
import type { Command } from './framework.ts'

/** Made from the other commands, so the registry, which knows them, passes them in. */
export function completionOf(others: readonly Command[]) {
  const completion = {
    name: 'completion',
    doc: 'Print a completion script for bash, zsh or fish.',
    args: 'SHELL',
    words: shells,
    flags: [],
    examples: ['source <(seatrial completion bash)', 'seatrial completion fish | source'],
    run: async ({ args, io }) => {
      const [word = ''] = args
      const shell = shells.find(each => each === word)
      if (shell === undefined || args.length !== 1) {
        const near = nearest(word, shells)
        const hint = near === undefined ? `there are ${shells.join(', ')}` : `did you mean ${near}?`
        io.err(`seatrial: completion takes the name of a shell: ${hint}\n`)
        return exits.usage
      }
      io.out(completionScript(shell, [...others, completion]))
      return exits.holds
    },
  } satisfies Command
  return completion
}
