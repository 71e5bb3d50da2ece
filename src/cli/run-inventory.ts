// `inventory` behind its words: read the inventory, print the matrix of its hosts or one decision.

import type { Problem } from '../base/problem.ts'
import { didYouMean } from '../base/nearest.ts'
import type { HostMatrix } from '../explain/host-matrix.ts'
import type { HostPlan } from '../explain/host-plan.ts'
import { reportProblem } from '../explain/problems.ts'
import { hostReporters } from '../reports/hosts/registry.ts'
import { planText } from '../reports/hosts/plan.ts'
import { whyInPlaybooks } from '../reports/hosts/why.ts'
import { whyText } from '../reports/hosts/words.ts'
import { problemsText } from '../reports/notes.ts'
import type { Value } from '../sources/ansible/values.ts'
import { factOf } from '../sources/ansible/reach/facts.ts'
import { readHosts, readPlan } from '../sources/hosts.ts'
import type { PlaybookRequest } from '../sources/playbooks.ts'
import type { Call } from './commands/framework.ts'
import { exits, fails } from './exit.ts'
import { contextFor } from './output.ts'
import { usageProblem } from './pools.ts'
import { type Product, realProduct } from './product.ts'
import { settingsOf } from './opening.ts'
import type { Settings } from './settings.ts'

/** Runs `seatrial inventory`; answers the exit status. */
export async function runInventoryCommand(
  call: Call,
  product: Product = realProduct,
): Promise<number> {
  const settings = settingsOf(call, product)
  if (settings === undefined) return exits.usage
  const tell = (problems: readonly Problem[]): void =>
    call.io.err(problemsText(problems.map(reportProblem), contextFor(settings, call.io, 'err')))
  const [path, tool, ...more] = call.args
  const host = call.given.get('why')?.values[0]
  if (path === undefined || more.length > 0 || (host === undefined) !== (tool === undefined)) {
    tell([usage()])
    return exits.usage
  }
  const target = call.given.get('plan')?.values[0]
  if (target !== undefined) {
    const planned = readPlan(path, target)
    if ('problem' in planned) tell([planned.problem])
    else call.io.out(planText(planned.plan, settings.output ?? 'text'))
    return 'problem' in planned ? exits.usage : planStatus(planned.plan, settings)
  }
  const request = playbookRequest(call, tool)
  if (request !== undefined && 'what' in request) {
    tell([request])
    return exits.usage
  }
  const read = readHosts(path, request)
  if ('problem' in read) {
    tell([read.problem])
    return exits.usage
  }
  if (host !== undefined && tool !== undefined) {
    const answer = whyOf(read.matrix, host, tool)
    if (typeof answer !== 'string') tell([answer])
    else call.io.out(answer)
    return typeof answer === 'string' ? exits.holds : exits.usage
  }
  tell(read.matrix.problems)
  call.io.out(hostReporters.get(settings.output ?? 'text')?.(read.matrix) ?? '')
  return statusOf(read.matrix, settings)
}

function playbookRequest(
  { given }: Call,
  tool: string | undefined,
): PlaybookRequest | Problem | undefined {
  const path = given.get('playbooks')?.values[0]
  const facts = new Map<string, Value>()
  for (const text of given.get('fact')?.values ?? []) {
    const fact = factOf(text)
    if (fact === undefined || path === undefined) {
      return usageProblem(
        `--fact ${text}: ${path === undefined ? 'only playbooks ask for facts' : 'no fact'}`,
        'seatrial inventory hosts.yaml --playbooks ../kubespray --fact os_family=RedHat',
      )
    }
    facts.set(...fact)
  }
  return path === undefined ? undefined : { path, facts, tool }
}

function usage(): Problem {
  return usageProblem(
    'inventory takes one path, or one path, --why HOST and a tool',
    'seatrial inventory hosts.yaml; seatrial inventory hosts.yaml --why node3 nerdctl',
  )
}

function planStatus({ steps }: HostPlan, { failOn }: Settings): number {
  const isRefused = steps.some(({ verdict }) => verdict === 'refused')
  const isRisky = steps.some(({ verdict }) => verdict === 'risky')
  const severity = isRefused ? 'error' : isRisky ? 'warning' : undefined
  return severity !== undefined && fails(severity, failOn) ? exits.findings : exits.holds
}

function statusOf({ problems }: HostMatrix, { failOn }: Settings): number {
  return problems.some(({ severity }) => fails(severity, failOn)) ? exits.findings : exits.holds
}

function whyOf(matrix: HostMatrix, host: string, tool: string): string | Problem {
  const { hosts } = matrix
  const row = hosts.find(({ name }) => name === host)
  if (row === undefined) {
    const names = hosts.map(({ name }) => name)
    return usageProblem(`there is no host ${host}`, didYouMean(host, names.slice(0, 100)))
  }
  const known = row.tools.find(({ name }) => name === tool)
  if (known !== undefined) return whyText(row, known) + whyInPlaybooks(matrix, host, tool)
  const names = row.tools.map(({ name }) => name)
  return usageProblem(`there is no tool ${tool}`, didYouMean(tool, names))
}
