// What Kubespray asserts before it touches a host, in its words; groups and etcd are in
// findings.ts.
// Upstream: kubespray v2.31.0 roles/validate_inventory/tasks/main.yml.

import type { Location, Problem } from '../../base/problem.ts'
import { holds, type Network, parseNetwork } from '../ansible/templating/python/network.ts'
import { isTruthy, textOf } from '../ansible/values.ts'
import { codes, errorAt } from '../problems.ts'
import type { Reading } from './reading.ts'

const usualNetworks = {
  kube_pods_subnet: '10.233.64.0/18',
  kube_service_addresses: '10.233.0.0/18',
} as const
type NetworkName = keyof typeof usualNetworks

/** One assertion: what it looks at, when it fails, and what Kubespray says then. */
interface Assertion {
  readonly task: string
  /** The variables that decide; the first that the inventory sets is the place. */
  readonly names: readonly string[]
  /** The message when it fails, else undefined. */
  readonly fails: (reading: Reading) => string | undefined
}

const assertions: readonly Assertion[] = [
  ...(['kube_service_addresses', 'kube_pods_subnet'] as const).map(
    (name): Assertion => ({
      task: `Check that ${name} is a network range`,
      names: [name],
      fails: reading => {
        const text = networkText(reading, name)
        return isRange(text) ? undefined : `${name} = '${text}' is not a valid network range`
      },
    }),
  ),
  {
    task: 'Check that kube_pods_subnet does not collide with kube_service_addresses',
    names: ['kube_pods_subnet', 'kube_service_addresses'],
    fails: reading => {
      const pods = network(reading, 'kube_pods_subnet')
      const services = network(reading, 'kube_service_addresses')
      const collides = pods !== undefined && services !== undefined && holds(services, pods)
      return collides
        ? 'kube_pods_subnet cannot be the same network segment as kube_service_addresses'
        : undefined
    },
  },
  {
    task: 'Check that ipv4 IP range is enough for the nodes',
    names: ['kube_pods_subnet', 'kube_network_node_prefix'],
    fails: reading => {
      const { layout, settings, speaker, release } = reading
      const plugin = settings.text(speaker, 'kube_network_plugin', release.plugins).value
      const pods = network(reading, 'kube_pods_subnet')
      const prefix = settings.number(speaker, 'kube_network_node_prefix').value
      if (plugin === 'calico' || pods === undefined) return undefined
      return 2 ** (prefix - pods.prefix) >= layout.cluster.length
        ? undefined
        : 'Not enough ipv4 IPs are available for the desired node count.'
    },
  },
  choice('kube_proxy_mode', ['iptables', 'ipvs', 'nftables']),
  choice('cert_management', ['script', 'none']),
  choice('resolvconf_mode', ['docker_dns', 'host_resolvconf', 'none']),
  choice('cloud_provider', ['', 'external']),
  {
    task: 'Stop if download_localhost is enabled but download_run_once is not',
    names: ['download_localhost'],
    fails: reading =>
      isOn(reading, 'download_localhost') && !isOn(reading, 'download_run_once')
        ? 'download_localhost requires enable download_run_once'
        : undefined,
  },
  {
    task: 'Stop if kata_containers_enabled is enabled when container_manager is docker',
    names: ['kata_containers_enabled'],
    fails: reading =>
      isOn(reading, 'kata_containers_enabled') && manager(reading) === 'docker'
        ? 'kata_containers_enabled support only for containerd and crio-o.'
        : undefined,
  },
  {
    task: 'Stop if gvisor_enabled is enabled when container_manager is not containerd',
    names: ['gvisor_enabled'],
    fails: reading =>
      isOn(reading, 'gvisor_enabled') && manager(reading) !== 'containerd'
        ? 'gvisor_enabled support only compatible with containerd.'
        : undefined,
  },
  {
    task:
      'Stop if auto_renew_certificates is enabled when certificates are managed externally ' +
      '(kube_external_ca_mode is true)',
    names: ['auto_renew_certificates', 'kube_external_ca_mode'],
    fails: reading =>
      isOn(reading, 'kube_external_ca_mode') && isOn(reading, 'auto_renew_certificates')
        ? 'Variable auto_renew_certificates must be disabled when CA are managed externally:  ' +
          'kube_external_ca_mode = true'
        : undefined,
  },
]

function choice(name: string, values: readonly string[]): Assertion {
  return {
    task: 'Stop if unsupported options selected',
    names: [name],
    fails: reading => {
      const given = textIn(reading, name)
      const isFine = given === undefined || values.includes(given)
      return isFine ? undefined : 'The selected choice is not supported'
    },
  }
}

function textIn({ settings, speaker }: Reading, name: string): string | undefined {
  const setting = speaker === undefined ? undefined : settings.any(speaker, name)
  return setting === undefined ? undefined : textOf(setting.value)
}

function isOn({ settings, speaker }: Reading, name: string): boolean {
  const setting = speaker === undefined ? undefined : settings.any(speaker, name)
  return setting !== undefined && isTruthy(setting.value)
}

function manager({ settings, speaker }: Reading): string {
  return settings.text(speaker, 'container_manager').value
}

function networkText(reading: Reading, name: NetworkName): string {
  return textIn(reading, name) ?? usualNetworks[name]
}

function network(reading: Reading, name: NetworkName): Network | undefined {
  const text = networkText(reading, name)
  return isRange(text) ? parseNetwork(text) : undefined
}

function isRange(text: string): boolean {
  return text.includes('/') && parseNetwork(text) !== undefined
}

/** Assertions of Kubespray that fail for what the inventory says. */
export function assertFindings(reading: Reading): readonly Problem[] {
  const { settings, speaker, layout } = reading
  if (speaker === undefined || layout.cluster.length === 0) return []
  if (settings.flag(speaker, 'ignore_assert_errors').value) return []
  return assertions.flatMap(({ task, names, fails }) => {
    const message = fails(reading)
    if (message === undefined) return []
    const at: Location = names
      .map(name => settings.any(speaker, name)?.at)
      .find(each => each !== undefined) ?? { file: reading.file.name, line: 1, column: 1 }
    return [
      errorAt(codes.inventoryVariable, at, {
        what: message,
        why: `Kubespray stops before it touches a host: "${task}"`,
        todo: `correct ${names.join(' or ')}`,
      }),
    ]
  })
}
