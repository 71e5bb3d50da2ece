// Which tasks of the playbooks decide whether a tool lands on a host, and by which condition.

import type { Location } from '../../base/problem.ts'
import type { HostMatrix } from '../../explain/host-matrix.ts'

const linesMax = 12

function placeText({ file, line }: Location): string {
  return line === undefined ? file : `${file}:${line}`
}

/** The tasks that bring a tool, what they do on a host and why; empty without playbooks. */
export function whyInPlaybooks(
  { playbooks = [], definitions = new Map() }: HostMatrix,
  host: string,
  tool: string,
): string {
  const plays = playbooks.flatMap(each => each.plays)
  const lines = new Map<string, string>()
  for (const play of plays) {
    for (const { name, role, at, outcomes, brings } of play.tasks) {
      if (!brings.includes(tool)) continue
      const outcome = outcomes.find(({ hosts }) => hosts.includes(host))
      if (outcome === undefined) continue
      const { verdict } = outcome
      const because = outcome.because === undefined ? '' : `: ${outcome.because}`
      const where = role === undefined ? name : `${role} : ${name}`
      const text = `  ${verdict}${because.replace(/\s+/g, ' ')}\n    ${where}\n    ${placeText(at)}, play ${placeText(play.at)}\n`
      lines.set(`${placeText(at)} ${verdict}${because}`, text)
    }
  }
  if (lines.size === 0) {
    return plays.length === 0 ? '' : `no task that brings ${tool} has ${host} among its hosts\n`
  }
  const shown = [...lines.values()].slice(0, linesMax)
  const rest = lines.size - shown.length
  const places = ([...definitions] as readonly (readonly [string, Location])[]).map(
    ([name, at]) => `  ${name}  ${placeText(at)}\n`,
  )
  return [
    'tasks that bring it:\n',
    ...shown,
    ...(rest > 0 ? [`  and ${rest} more\n`] : []),
    ...(places.length > 0 ? ['set in:\n', ...places] : []),
  ].join('')
}
