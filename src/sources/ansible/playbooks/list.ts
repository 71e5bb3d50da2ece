// What `ansible-playbook --list-hosts --list-tasks` shows. Port of ansible-core 2.18
// cli/playbook.py.

import { compareStrings } from '../../../base/compare.ts'
import { str } from '../templating/python/represent.ts'
import { tagsOf } from './inherit.ts'
import type { Block, Play, Task } from './model.ts'
import { compilePlay } from './parse-play.ts'
import { checkLimit, loadPlaybooks, type RunOptions, shownPlay, targetsOf } from './run.ts'
import { selectTasks } from './tags.ts'

export interface ListedTask {
  readonly name: string
  readonly tags: readonly string[]
}

export interface ListedPlay {
  readonly name: string
  /** The pattern of the play. */
  readonly hosts: string
  readonly targets: readonly string[]
  readonly tags: readonly string[]
  readonly tasks: readonly ListedTask[]
}

/** The plays with hosts and tasks as they are known before anything runs. */
export function listPlaybooks(options: RunOptions): readonly ListedPlay[] {
  const { plays, session } = loadPlaybooks(options)
  const tags = options.tags ?? { only: ['all'], skip: [] }
  checkLimit(session, options)
  return plays.map(play => ({
    name: shownPlay(session, play).name,
    hosts: shownPlay(session, play).hosts.join(','),
    targets: [...targetsOf(session, play, options)].sort(compareStrings),
    tags: playTags(play),
    tasks: compilePlay(play)
      .map(block => selectTasks(block, tags))
      .flatMap(block => tasksIn(block))
      .map(task => ({
        name: shownName(task),
        tags: [...new Set([...playTags(play), ...tagsOf(task)])].sort(compareStrings),
      })),
  }))
}

function playTags(play: Play): readonly string[] {
  const tags = play.attributes.get('tags')
  if (tags === undefined || tags === null) return []
  const list = Array.isArray(tags) ? tags : [tags]
  return list.flatMap(tag => str(tag).split(',')).map(tag => tag.trim())
}

// Rescue and always parts are not listed.
function tasksIn(block: Block): readonly Task[] {
  return block.block.flatMap(entry => {
    if (entry.kind === 'block') return tasksIn(entry)
    return entry.action === 'meta' && entry.isImplicit ? [] : [entry]
  })
}

function shownName(task: Task): string {
  const name = task.attributes.get('name')
  if (name === undefined || name === null || name === '') return task.action
  const isRole = /(?:include|import)_role$/.test(task.action)
  return task.role === undefined || isRole ? str(name) : `${task.role.name} : ${str(name)}`
}
