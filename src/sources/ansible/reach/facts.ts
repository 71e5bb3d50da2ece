// The facts that an analysis assumes of hosts nobody asked: a common machine. What differs from
// host to host is not known.

import { Unknown } from '../templating/special.ts'
import type { Value } from '../values.ts'

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** Names of facts and what is assumed; `--fact` gives others. */
export const assumedFacts: Readonly<Record<string, Json>> = {
  apparmor: { status: 'disabled' },
  architecture: 'x86_64',
  cmdline: {},
  distribution: 'Debian',
  distribution_major_version: '12',
  distribution_release: 'bookworm',
  distribution_version: '12.11',
  domain: '',
  env: { HOME: '/root', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  fips: false,
  interfaces: ['lo', 'eth0'],
  is_chroot: false,
  kernel: '6.1.0-37-amd64',
  local: {},
  lsb: { codename: 'bookworm', id: 'Debian', major_release: '12', release: '12' },
  machine: 'x86_64',
  memtotal_mb: 8192,
  mounts: [{ device: '/dev/vda1', fstype: 'ext4', mount: '/', options: 'rw' }],
  os_family: 'Debian',
  pkg_mgr: 'apt',
  processor_cores: 1,
  processor_count: 4,
  processor_nproc: 4,
  processor_vcpus: 4,
  python: { executable: '/usr/bin/python3', type: 'cpython', version: { major: 3, minor: 11 } },
  python_version: '3.11.2',
  selinux: { status: 'disabled' },
  service_mgr: 'systemd',
  swaptotal_mb: 0,
  system: 'Linux',
  userspace_bits: '64',
  user_dir: '/root',
  user_gid: 0,
  user_id: 'root',
  user_uid: 0,
  virtualization_role: 'guest',
  virtualization_type: 'kvm',
}

/** Facts that every host has and that differ from host to host. */
const ownFacts: readonly string[] = [
  'all_ipv4_addresses',
  'all_ipv6_addresses',
  'date_time',
  'default_ipv4',
  'default_ipv6',
  'dns',
  'eth0',
  'fqdn',
  'hostname',
  'machine_id',
  'memfree_mb',
  'memory_mb',
  'nodename',
  'processor',
  'product_uuid',
  'uptime_seconds',
]

/** The facts of every host, under the names that `setup` gives them; `given` wins. */
export function factsWith(given: ReadonlyMap<string, Value>): ReadonlyMap<Value, Value> {
  const facts = new Map<Value, Value>()
  for (const name of ownFacts) facts.set(`ansible_${name}`, unknownFact(name))
  for (const [name, value] of Object.entries(assumedFacts)) {
    facts.set(`ansible_${name}`, valueOf(value))
  }
  for (const [name, value] of given) facts.set(`ansible_${name.replace(/^ansible_/, '')}`, value)
  return facts
}

function unknownFact(name: string): Unknown {
  return new Unknown([`the fact ${name} of the host`], { isDefined: true })
}

function valueOf(json: Json): Value {
  if (Array.isArray(json)) return json.map(valueOf)
  if (typeof json !== 'object' || json === null) return json as Value
  return new Map(Object.entries(json).map(([name, each]) => [name, valueOf(each)] as const))
}

/** A fact that somebody gives as `NAME=VALUE`; numbers and truth values are such. */
export function factOf(text: string): readonly [string, Value] | undefined {
  const match = /^(?:ansible_)?([a-z]\w*)=(.*)$/s.exec(text)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  const [, name, given] = match
  const number = /^-?\d+$/.test(given) ? Number(given) : undefined
  const isTruth = given === 'true' || given === 'false'
  return [name, number ?? (isTruth ? given === 'true' : given)]
}
