// Which tasks `--tags` and `--skip-tags` leave. Port of ansible-core 2.18 playbook/taggable.py and
// block.py filter_tagged_tasks.

import { Block, type Entry, type Task } from './model.ts'
import { flatTags, inheritedList, tagsOf } from './inherit.ts'
import type { Value } from '../values.ts'

export interface TagOptions {
  readonly only: readonly string[]
  readonly skip: readonly string[]
}

/** Evaluates the templates in tags of a task; undefined where that fails. */
export type EvaluateTags = (task: Task, tags: readonly Value[]) => readonly Value[] | undefined

/** Whether a task with these tags runs. */
export function isSelected(tags: readonly string[], { only, skip }: TagOptions): boolean {
  const own = tags.length === 0 ? ['untagged'] : tags
  const has = (name: string): boolean => own.includes(name)
  const isTagged = !(own.length === 1 && has('untagged'))
  let runs = true
  if (only.length > 0) {
    runs =
      has('always') ||
      (only.includes('all') && !has('never')) ||
      own.some(tag => only.includes(tag)) ||
      (only.includes('tagged') && isTagged && !has('never'))
  }
  if (!runs || skip.length === 0) return runs
  if (skip.includes('all')) return has('always') && !skip.includes('always')
  if (own.some(tag => skip.includes(tag))) return false
  return !(skip.includes('tagged') && isTagged)
}

/** A block with the tasks that are left; tasks that were made by the engine itself stay. */
export function selectTasks(block: Block, options: TagOptions, evaluate?: EvaluateTags): Block {
  const keep = (entries: readonly Entry[]): readonly Entry[] =>
    entries.flatMap((entry): readonly Entry[] => {
      if (entry instanceof Block) {
        const inner = selectTasks(entry, options, evaluate)
        return inner.hasTasks() ? [inner] : []
      }
      return isKept(entry, options, evaluate) ? [entry] : []
    })
  return block.with({
    block: keep(block.block),
    rescue: keep(block.rescue),
    always: keep(block.always),
  })
}

function isKept(task: Task, options: TagOptions, evaluate: EvaluateTags | undefined): boolean {
  if (task.action === 'meta' && task.isImplicit) return true
  if (evaluate !== undefined && task.shownTags === undefined) {
    const raw = inheritedList(task, 'tags')
    if (raw.some(tag => typeof tag === 'string' && tag.includes('{{'))) {
      const tags = evaluate(task, raw)
      if (tags !== undefined) task.shownTags = flatTags(tags)
    }
  }
  return isSelected(tagsOf(task), options)
}
