// Words for hosts and places in findings about playbooks.

import type { Location } from '../../../base/problem.ts'

const hostsMax = 3
const placesMax = 4

/** The first of some hosts, and how many more there are. */
export function someHosts(hosts: readonly string[]): string {
  const rest = hosts.length - hostsMax
  return rest <= 0 ? hosts.join(', ') : `${hosts.slice(0, hostsMax).join(', ')} and ${rest} more`
}

/** Places as `file:line`, the nearest first. */
export function placesText(places: readonly Location[]): string {
  const texts = places.map(({ file, line }) => (line === undefined ? file : `${file}:${line}`))
  if (texts.length === 0) return 'the playbook itself'
  const shown = texts.slice(0, placesMax)
  const last = texts.at(-1)
  if (texts.length > placesMax && last !== undefined) shown.push(`…, ${last}`)
  return shown.join(', ')
}
