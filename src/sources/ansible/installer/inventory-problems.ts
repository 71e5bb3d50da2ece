// What Ansible would say of an inventory, as problems with their places.

import type { Location, Problem } from '../../../base/problem.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Message, Unsupported } from '../inventory/model.ts'
import { endingOf } from '../files.ts'
import { codes, errorAt, warningAt } from '../../problems.ts'

const lost = 'Ansible drops the whole source and goes on without its hosts'

/** The messages of an inventory as problems; `path` is what the user named. */
export function inventoryProblems(inventory: Inventory, path: string): readonly Problem[] {
  const problems: Problem[] = []
  for (const message of inventory.messages) {
    const problem = problemOf(message, path)
    if (problem !== undefined) problems.push(problem)
  }
  if (inventory.failure !== undefined) problems.push(wrong(inventory.failure, { file: path }))
  for (const { what, at, name } of inventory.unsupported) {
    problems.push(
      errorAt(codes.inventory, at, {
        what: `this source is ${whatItIs[what]}${what === 'plugin' ? ` (${name})` : ''}`,
        why: 'its hosts come from a program or a secret that is not at hand here',
        todo: 'write the hosts down: ansible-inventory -i … --list --yaml > hosts.yml',
      }),
    )
  }
  return problems
}

const whatItIs = {
  plugin: 'for an inventory plugin',
  script: 'a program that prints an inventory',
  toml: 'an inventory in TOML',
  vault: 'encrypted',
} as const

// Several plugins try a source; only what the one for its ending says is of use.
function problemOf(message: Message, path: string): Problem | undefined {
  const at = message.at ?? { file: path }
  if (message.about === 'source' && message.plugin === undefined) return undefined
  if (message.plugin === undefined) return warned(message, at)
  const isYaml = ['.yml', '.yaml', '.json'].includes(endingOf(at.file))
  return message.plugin === (isYaml ? 'yaml' : 'ini') ? wrong(message, at) : undefined
}

function wrong(message: Message, at: Location): Problem {
  const text = message.text
    .replace(/^\s*\* Failed to parse \S+ with \w+ plugin:\s*/, '')
    .replace(/^[^\s:]+:\d+: /, '')
    .replace(/\s+/g, ' ')
  const todo = 'correct this place; ansible-inventory --list shows what is left'
  return errorAt(codes.inventory, at, { what: text, why: lost, todo })
}

function warned(message: Message, at: Location): Problem {
  return warningAt(codes.inventoryWarning, at, {
    what: message.text,
    why: 'Ansible goes on; what it means for the cluster may not be what was meant',
    todo: 'correct it, or leave it when it is meant',
  })
}

/** A file of variables that only a secret opens. */
export function encryptedFile({ at }: Unsupported): Problem {
  return warningAt(codes.inventoryVariable, at, {
    what: 'this file is encrypted',
    why: 'the variables in it stay closed; what they decide is not known',
    todo: 'keep only secrets in it, and versions, groups and arguments outside',
  })
}

/** A file of variables that cannot be read: the installer stops there. */
export function variableProblem({ text, at }: Message, path: string): Problem {
  return errorAt(codes.inventory, at ?? { file: path }, {
    what: text.split('\n')[0] ?? text,
    why: 'Ansible stops here; the file is left out',
    todo: 'correct the file',
  })
}
