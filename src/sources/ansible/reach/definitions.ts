// Where the variables of conditions are set in a tree of playbooks.

import type { Location } from '../../../base/problem.ts'
import type { PlaybookReach } from '../../../explain/playbook-reach.ts'
import type { Files } from '../files.ts'

const settingFiles = /(?:^|\/)(?:defaults|vars|group_vars|host_vars)\/.*\.ya?ml$/
const notVariables: ReadonlySet<string> = new Set(
  'and or not in is defined undefined default bool if else true false length int item'.split(' '),
)

/** The places in a tree that set what decides about the tasks which bring a program. */
export function definitionsFor(
  program: string,
  playbooks: readonly Pick<PlaybookReach, 'plays'>[],
  files: Files,
): ReadonlyMap<string, Location> {
  const tasks = playbooks
    .flatMap(({ plays }) => plays.flatMap(play => play.tasks))
    .filter(({ brings }) => brings.includes(program))
  const names = new Set(
    tasks.flatMap(({ outcomes }) =>
      outcomes
        .filter(({ verdict }) => verdict === 'skipped')
        .flatMap(({ because = '' }) => namesIn(because)),
    ),
  )
  const found = new Map<string, Location>()
  for (const file of names.size === 0 ? [] : files.keys()) {
    if (!settingFiles.test(file) || /(?:^|\/)(?:inventory|tests)\//.test(file)) continue
    const lines = (files.get(file) ?? '').split('\n')
    for (const [index, line] of lines.entries()) {
      const name = /^([A-Za-z_]\w*):/.exec(line)?.[1]
      if (name !== undefined && names.has(name) && !found.has(name)) {
        found.set(name, { file, line: index + 1, column: 1 })
      }
    }
  }
  return found
}

function namesIn(condition: string): readonly string[] {
  const words = condition.replace(/'[^']*'|"[^"]*"/g, '').match(/(?<![.\w])[A-Za-z_]\w*/g) ?? []
  return words.filter(word => !notVariables.has(word))
}
