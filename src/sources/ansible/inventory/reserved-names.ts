// Names of variables that mean something else to the engine; it warns of them from 2.17 on.
// Upstream: ansible-core 2.18 and 2.19 vars/reserved.py, with the names that plays, roles, blocks,
// tasks and templates have.

import type { SourceFile } from '../../source-object.ts'
import { reprOfText } from '../python/repr.ts'
import type { AnsibleVersion } from '../values.ts'
import { excerptSince219 } from '../yaml/excerpt.ts'
import type { MessageLog } from './messages.ts'
import type { Variable, Variables } from './model.ts'

const since217: ReadonlySet<string> = new Set(
  (
    'action always any_errors_fatal args async async_val become become_exe become_flags ' +
    'become_method become_user block changed_when check_mode collections connection cycler ' +
    'debugger delay delegate_facts delegate_to dict diff environment fact_path failed_when ' +
    'force_handlers gather_facts gather_timeout handlers hosts ignore_errors ' +
    'ignore_unreachable joiner lipsum local_action lookup loop loop_control loop_with ' +
    'max_fail_percentage module_defaults name namespace no_log notify now order poll port ' +
    'post_tasks pre_tasks q query range register remote_user rescue retries roles run_once ' +
    'serial strategy tags tasks throttle timeout undef until vars_files vars_prompt when with_'
  ).split(' '),
)

function isReserved(name: string, version: AnsibleVersion): boolean {
  return since217.has(name) || (version === '2.19' && name === 'omit')
}

/** Warns of each variable with a reserved name; `fileOf` finds the texts that are quoted. */
export function warnOfReservedNames(
  variables: Variables,
  version: AnsibleVersion,
  messages: MessageLog,
  fileOf: (path: string) => SourceFile | undefined,
): void {
  if (version === '2.16') return
  for (const [name, variable] of variables) {
    if (typeof name !== 'string' || !isReserved(name, version)) continue
    const { at } = variable
    const about = 'variable'
    if (version === '2.18') {
      messages.warn({ text: `Found variable using reserved name: ${name}`, about, at })
      continue
    }
    const text = `Found variable using reserved name ${reprOfText(name)}.`
    const detail = originOf(variable, fileOf)
    messages.warn({ text, about, at, ...(detail === undefined ? {} : { detail }) })
  }
}

function originOf(
  { namedAt }: Variable,
  fileOf: (path: string) => SourceFile | undefined,
): string | undefined {
  const file = fileOf(namedAt.file)
  return file === undefined ? undefined : excerptSince219(file, namedAt)
}
