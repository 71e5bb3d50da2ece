// The keywords of plays, roles, blocks and tasks, and how they reach the tasks below.
// Upstream: ansible-core 2.18 playbook/base.py, task.py, block.py, play.py, role/include.py.

const base = (
  'name connection port remote_user vars module_defaults environment no_log run_once ignore_errors ' +
  'ignore_unreachable check_mode diff any_errors_fatal throttle timeout debugger become become_method ' +
  'become_user become_flags become_exe'
).split(' ')

const taggable = ['tags', 'when', 'collections', 'delegate_to', 'delegate_facts']

/** Keywords of a task; a handler has `listen` as well. */
export const taskKeywords: ReadonlySet<string> = new Set([
  ...base,
  ...taggable,
  ...'args action async changed_when delay failed_when loop loop_control notify poll register retries until loop_with local_action with_'.split(
    ' ',
  ),
])

export const blockKeywords: ReadonlySet<string> = new Set([
  ...base,
  ...taggable,
  'notify',
  'block',
  'rescue',
  'always',
])

export const playKeywords: ReadonlySet<string> = new Set([
  ...base,
  ...'tags collections hosts gather_facts gather_subset gather_timeout fact_path vars_files vars_prompt validate_argspec roles handlers pre_tasks post_tasks tasks force_handlers max_fail_percentage serial strategy order user'.split(
    ' ',
  ),
])

export const roleKeywords: ReadonlySet<string> = new Set([
  ...base,
  'tags',
  'when',
  'collections',
  'delegate_to',
  'delegate_facts',
  'role',
])

/** Options of include_role and import_role. */
export const roleOptions: ReadonlySet<string> = new Set([
  'apply',
  'public',
  'allow_duplicates',
  'name',
  'role',
  'tasks_from',
  'vars_from',
  'defaults_from',
  'handlers_from',
  'rolespec_validate',
])

/** Keywords whose values along the way are joined; `when` begins with the outermost. */
export const joined: ReadonlyMap<string, 'outer-first' | 'inner-first'> = new Map([
  ['when', 'outer-first'],
  ['tags', 'inner-first'],
  ['environment', 'outer-first'],
  ['collections', 'outer-first'],
])
