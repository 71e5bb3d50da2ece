import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Container, PodSpec } from '../../kube/generated/types.ts'
import { patternOf } from '../../platforms/cluster-proportional-autoscaler/pattern.ts'
import { settingsOf } from '../../platforms/cluster-proportional-autoscaler/settings.ts'
import { namesOf, type Sandbox, sandbox } from '../testing.ts'
import { runSite, told } from '../ansible/playbooks/testing.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => files.remove())

/** An inventory with these groups, as lines of INI. */
function groups(named: Readonly<Record<string, string>>, vars = ''): string {
  const lines = Object.entries(named).map(
    ([name, hosts]) => `[${name}]\n${hosts.split(' ').join('\n')}\n`,
  )
  return `${lines.join('\n')}${vars === '' ? '' : `\n[all:vars]\n${vars}\n`}`
}

const separate = { kube_control_plane: 'cp', kube_node: 'w1 w2', etcd: 'e1 e2 e3' }
const stacked = { kube_control_plane: 'n1 n2 n3', kube_node: 'n1 n2 n3 n4', etcd: 'n1 n2 n3' }

interface Spec {
  readonly [field: string]: unknown
}

function specOf(loaded: ReturnType<Sandbox['load']>, kind: string, name: string): Spec {
  const found = loaded.objects.find(
    ({ object }) => object.kind === kind && object.metadata.name === name,
  )
  return (found?.object as { readonly spec?: Spec } | undefined)?.spec ?? {}
}

function podOf(spec: Spec): Spec {
  return (spec['template'] as { readonly spec: Spec }).spec
}

describe('an inventory of Kubespray', () => {
  it('of control planes apart taints them, and its etcd hosts are no nodes', () => {
    files.write({ 'inventory.ini': groups(separate) })
    const loaded = files.load(['inventory.ini'])
    expect(loaded.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(loaded.pools).toMatchObject([
      {
        name: 'control-plane',
        nodeNames: ['cp'],
        labels: { 'node-role.kubernetes.io/control-plane': '' },
        taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
        location: { line: 2 },
      },
      {
        name: 'node',
        count: 2,
        nodeNames: ['w1', 'w2'],
        labels: {},
        location: { line: 5 },
      },
    ])
    expect(loaded.notes).toContain('e1, e2, e3: only etcd, no kubelet and no node')
  })

  it('of hosts that are both leaves them untainted, and their loss counts for etcd', () => {
    files.write({ 'inventory.ini': groups(stacked) })
    const { pools } = files.load(['inventory.ini'])
    expect(pools.map(({ name, count, taints }) => [name, count, taints])).toEqual([
      ['control-plane', 3, undefined],
      ['node', 1, undefined],
    ])
    expect(pools[0]?.labels).toHaveProperty(['node-role.kubernetes.io/etcd'], '')
  })

  it('gives nodes labels, taints and room as its variables say', () => {
    files.write({
      'inventory.ini': groups(stacked),
      'host_vars/n4.yml':
        'node_labels: {disk: ssd, big: true}\nnode_taints: ["gpu=yes:NoSchedule"]\nkubelet_max_pods: 40\n',
    })
    const [, node] = files.load(['inventory.ini']).pools
    expect(node).toMatchObject({
      labels: { disk: 'ssd', big: 'True' },
      taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
      pods: 40,
    })
  })

  it('up to v2.28 keeps pods of CoreDNS apart, later it only prefers to', () => {
    const affinityWith = (version: string): Spec => {
      files.write({ 'inventory.ini': groups(stacked, `kube_version=v${version}`) })
      const spec = specOf(files.load(['inventory.ini']), 'Deployment', 'coredns')
      return (podOf(spec)['affinity'] as { readonly podAntiAffinity: Spec }).podAntiAffinity
    }
    expect(Object.keys(affinityWith('1.32.4'))).toEqual([
      'requiredDuringSchedulingIgnoredDuringExecution',
    ])
    expect(Object.keys(affinityWith('1.33.4'))).toEqual([
      'preferredDuringSchedulingIgnoredDuringExecution',
    ])
  })

  it('is of the release that the galaxy.yml above it names', () => {
    files.write({
      'galaxy.yml': 'namespace: kubernetes_sigs\nname: kubespray\nversion: 2.24.1\n',
      'inventory/own/inventory.ini': groups({
        ...stacked,
        'k8s_cluster:children': 'kube_control_plane kube_node',
      }),
    })
    const loaded = files.load(['inventory/own/inventory.ini'])
    expect(loaded.kubernetes).toBe('1.28')
    expect(loaded.assumptions[0]?.what).toBe('Kubespray v2.24')
    expect(loaded.problems).toEqual([])
  })

  it('before v2.27 must have k8s_cluster, and may call it by its old name', () => {
    const vars = 'kube_version=v1.30.4'
    files.write({
      'inventory.ini': groups(stacked, vars),
      'hosts.ini': groups(
        {
          'kube-master': 'n1',
          'kube-node': 'n2',
          etcd: 'n1',
          'k8s-cluster:children': 'kube-master kube-node',
        },
        vars,
      ),
    })
    expect(files.codes(files.load(['inventory.ini']))).toContain('ST0135 error inventory.ini:2')
    const old = files.load(['hosts.ini'])
    expect(old.pools.map(({ nodeNames }) => nodeNames)).toEqual([['n1'], ['n2']])
  })

  it('with old names alone reaches no host since v2.27', () => {
    files.write({
      'inventory.ini': groups(
        {
          'kube-master': 'n1',
          'kube-node': 'n2',
          etcd: 'n1',
          'k8s-cluster:children': 'kube-master kube-node',
        },
        'kube_version=1.33.4',
      ),
    })
    const loaded = files.load(['inventory.ini'])
    expect(files.codes(loaded)).toContain('ST0135 error inventory.ini:10')
    expect(loaded.objects).toEqual([])
  })

  it('installs the plugin and the add-ons that it names, each placed at its variable', () => {
    files.write({
      'inventory.ini': groups(stacked),
      'group_vars/k8s_cluster/k8s-cluster.yml':
        'kube_network_plugin: cilium\nkube_owner: root\nmetrics_server_enabled: true\n',
    })
    const loaded = files.load(['inventory.ini'])
    const workloads = namesOf(loaded).filter(name => /^(?:Deployment|DaemonSet)/.test(name))
    expect(workloads).toEqual([
      'DaemonSet kube-system/kube-proxy',
      'DaemonSet kube-system/cilium',
      'Deployment kube-system/cilium-operator',
      'Deployment kube-system/coredns',
      'Deployment kube-system/dns-autoscaler',
      'DaemonSet kube-system/nodelocaldns',
      'Deployment kube-system/metrics-server',
    ])
  })
})

it('the autoscaler of CoreDNS makes of the whole cluster what its Deployment starts with', () => {
  files.write({
    'inventory.ini': groups(stacked),
    'group_vars/k8s_cluster/k8s-cluster.yml': 'dns_nodes_per_replica: 1\ndns_min_replicas: 3\n',
  })
  const loaded = files.load(['inventory.ini'])
  const pod = podOf(specOf(loaded, 'Deployment', 'dns-autoscaler')) as unknown as PodSpec
  const settings = settingsOf(pod.containers[0] as Container, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {},
  })
  expect(settings).toMatchObject({
    ok: true,
    value: { configMap: 'dns-autoscaler', targets: [{ kind: 'Deployment', name: 'coredns' }] },
  })
  const pattern = patternOf((settings.ok && settings.value.defaultParams) || {})
  expect(pattern.ok && pattern.value.replicas({ nodes: 4, cores: 16 })).toBe(4)
  expect(specOf(loaded, 'Deployment', 'coredns')['replicas']).toBe(4)
  expect(pattern.ok && pattern.value.replicas({ nodes: 2, cores: 8 })).toBe(3)
})

it('a group that one task computes does not count for the next item of its loop', () => {
  // The shape of the task that computes groups since v2.27; what layout.ts says of old names.
  const result = runSite({
    'site.yml': [
      '- hosts: web',
      '  gather_facts: false',
      '  tasks:',
      '    - name: compute',
      '      vars: {groups_by_name: {new: [web], all_of_them: [new, other]}}',
      '      group_by: {key: "{{ item.key }}"}',
      '      when: group_names | intersect(item.value) | length > 0',
      '      loop: "{{ groups_by_name | dict2items }}"',
      '- hosts: all_of_them',
      '  gather_facts: false',
      '  tasks: [{name: late, debug: {msg: x}}]',
      '- hosts: new',
      '  gather_facts: false',
      '  tasks: [{name: early, debug: {msg: x}}]',
      '',
    ].join('\n'),
  })
  expect(told(result).filter(line => !line.startsWith('compute'))).toEqual(['early: w1=ok w2=ok'])
})
