import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { load } from '../load.ts'
import { sourceFile } from '../source-object.ts'
import { readHosts } from '../hosts.ts'
import { namesOf, type Sandbox, sandbox } from '../testing.ts'
import { readText } from '../yaml/read.ts'
import { packagedObjects } from './packaged.ts'
import { k3sVersion } from './version.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => files.remove())

const official = `k3s_cluster:
  children:
    server: {hosts: {s1: , s2: , s3: }}
    agent:
      hosts:
        a1:
        a2:
          extra_agent_args: --node-label=disk=ssd --node-taint gpu=yes:NoSchedule
  vars:
    k3s_version: v1.34.1+k3s1
    extra_server_args: "--disable traefik --disable=metrics-server"
    server_config_yaml: |
      disable: [servicelb]
      node-label: ["zone=a"]
`

const variant = {
  'hosts.ini': '[master]\nm1\nm2\nm3\n\n[node]\nn[1:2]\n\n[k3s_cluster:children]\nmaster\nnode\n',
  'group_vars/all.yml': [
    'k3s_version: v1.36.2+k3s1',
    'apiserver_endpoint: 10.0.0.9',
    'flannel_iface: "{{ ansible_facts.default_ipv4.interface }}"',
    'k3s_master_taint: "{{ true if groups[\'node\'] | default([]) | length >= 1 else false }}"',
    'extra_server_args: >-',
    '  --flannel-iface={{ flannel_iface }}',
    "  {{ '--node-taint node-role.kubernetes.io/master=true:NoSchedule' if k3s_master_taint else '' }}",
    '  --tls-san {{ apiserver_endpoint }} --disable servicelb --disable traefik',
    '',
  ].join('\n'),
}

const taint = { key: 'node-role.kubernetes.io/master', value: 'true', effect: 'NoSchedule' }

describe('an inventory of k3s-ansible', () => {
  it('becomes pools of equal nodes under their own names, with labels and taints', () => {
    files.write({ 'inventory.yml': official })
    const loaded = files.load(['inventory.yml'])
    expect(loaded.problems).toEqual([])
    expect(loaded.kubernetes).toBe('1.34')
    expect(loaded.pools).toMatchObject([
      {
        name: 'server',
        count: 3,
        nodeNames: ['s1', 's2', 's3'],
        labels: {
          'node-role.kubernetes.io/control-plane': 'true',
          'node-role.kubernetes.io/etcd': 'true',
          zone: 'a',
        },
        location: { line: 3 },
      },
      { name: 'agent', count: 1, nodeNames: ['a1'] },
      {
        name: 'agent-2',
        count: 1,
        nodeNames: ['a2'],
        labels: { disk: 'ssd' },
        taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
        location: { line: 7 },
      },
    ])
  })

  it('brings the components that are not disabled, each placed at the version', () => {
    files.write({ 'inventory.yml': official })
    const loaded = files.load(['inventory.yml'])
    const names = namesOf(loaded).filter(name => name.startsWith('Deployment'))
    expect(names).toEqual([
      'Deployment kube-system/coredns',
      'Deployment kube-system/local-path-provisioner',
    ])
    const [first] = loaded.objects
    expect(first?.locate('metadata.name')).toMatchObject({ line: 10, column: 5 })
    expect(loaded.notes).toEqual([])
  })

  it('names what it hands on to parts of Kubernetes, but for what counts in the twin', () => {
    const settings = [
      '--kube-apiserver-arg default-not-ready-toleration-seconds=20',
      '--kube-apiserver-arg feature-gates=MaxUnavailableStatefulSet=true,APIServerTracing=true',
      '--kube-controller-arg node-monitor-grace-period=16s',
      '--kubelet-arg max-pods=50 --kubelet-arg feature-gates=EnvFiles=true',
    ].join(' ')
    files.write({ 'inventory.yml': official.replace('--disable traefik', settings) })
    expect(files.load(['inventory.yml']).notes).toContain(
      'APIServerTracing=true, feature-gates=EnvFiles=true: set by the inventory, not modelled',
    )
  })

  it('tells the parts and tools of every host, and what etcd survives', () => {
    files.write({ 'inventory.yml': official })
    const read = readHosts(join(files.root, 'inventory.yml'))
    const matrix = 'matrix' in read ? read.matrix : undefined
    expect(matrix?.voters).toEqual({ members: ['s1', 's2', 's3'], needed: 2 })
    const etcd = matrix?.hosts.map(({ name, parts, tools }) => {
      const lands = tools.find(tool => tool.name === 'etcd')?.lands
      return `${name} ${parts.join()} ${String(lands)}`
    })
    expect(etcd).toEqual([
      's1 server true',
      's2 server true',
      's3 server true',
      'a1 agent false',
      'a2 agent false',
    ])
  })

  it('of the variant evaluates templates: servers are tainted where there are nodes', () => {
    files.write(variant)
    expect(files.load(['hosts.ini']).pools).toMatchObject([
      { name: 'master', count: 3, taints: [taint] },
      { name: 'node', count: 2, nodeNames: ['n1', 'n2'] },
    ])
    files.write({ 'hosts.ini': '[master]\nm1\n[node]\n[k3s_cluster:children]\nmaster\nnode\n' })
    expect(files.load(['hosts.ini']).pools[0]?.taints).toBeUndefined()
  })

  it('with renamed groups is read by the names that it gives', () => {
    files.write({
      'inventory.ini':
        '[all:vars]\nserver_group=cp\nagent_group=w\nk3s_version="v1.30.1+k3s1"\n[cp]\na\n[w]\nb\n',
    })
    const pools = files.load(['inventory.ini']).pools.map(({ name, count }) => `${name} ${count}`)
    expect(pools).toEqual(['cp 1', 'w 1'])
  })

  it('is found through the ansible.cfg of a folder', () => {
    files.write({
      'ansible.cfg': '[defaults]\ninventory = envs/prod.ini\n',
      'envs/prod.ini': variant['hosts.ini'],
      'envs/group_vars/all.yml': variant['group_vars/all.yml'],
      'tasks/site.yml': '- hosts: all\n',
    })
    const loaded = files.load(['.'])
    expect(loaded.problems).toEqual([])
    expect(loaded.pools.map(({ name }) => name)).toEqual(['master', 'node'])
  })

  it('names what only a secret opens', () => {
    const vault = '$ANSIBLE_VAULT;1.1;AES256\n3030\n'
    const args = 'extra_server_args: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  30\n'
    files.write({
      'hosts.ini': '[server]\ns\n[k3s_cluster:children]\nserver\n',
      'group_vars/all/secret.yml': vault,
      'group_vars/all/main.yml': `k3s_version: v1.33.4+k3s1\n${args}`,
    })
    expect(files.codes(files.load(['hosts.ini']))).toEqual([
      'ST0134 warning group_vars/all/secret.yml:1',
      'ST0134 warning group_vars/all/main.yml:2',
    ])
  })

  it('is found in a folder by its name, and through seatrial.yaml', () => {
    files.write({ ...variant, 'README.md': '' })
    expect(files.load(['.']).pools.map(({ name }) => name)).toEqual(['master', 'node'])
    const loaded = load([{ inventory: join(files.root, 'hosts.ini') }])
    expect(loaded.pools.map(({ name }) => name)).toEqual(['master', 'node'])
  })
})

describe('wrong input', () => {
  const codesOf = (texts: Readonly<Record<string, string>>): readonly string[] => {
    files.write(texts)
    const [name = ''] = Object.keys(texts)
    return files.codes(files.load([name]))
  }
  const head = 'k3s_version: v1.33.4+k3s1'

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'a wrong range',
      { 'hosts.ini': '[server]\ns[3:]\n[k3s_cluster:children]\nserver\n' },
      [
        'ST0132 error hosts.ini:2',
        'ST0135 error hosts.ini:1',
        'ST0134 warning hosts.ini:1',
        'ST0141 error hosts.ini',
      ],
    ],
    [
      'a cycle of groups',
      {
        'hosts.ini':
          '[server]\ns\n[k3s_cluster:children]\nserver\n[server:children]\nk3s_cluster\n',
      },
      ['ST0132 error hosts.ini:6', 'ST0134 warning hosts.ini:1'],
    ],
    [
      'a group that is never defined',
      { 'hosts.ini': '[server]\ns\n[k3s_cluster:children]\nserver\nagents\n' },
      ['ST0132 error hosts.ini:5', 'ST0134 warning hosts.ini:1'],
    ],
    [
      'no servers',
      { 'hosts.yml': `k3s_cluster:\n  hosts: {a: }\n  vars: {${head}}\n` },
      ['ST0135 error hosts.yml:1', 'ST0135 warning hosts.yml:2', 'ST0141 error hosts.yml'],
    ],
    [
      'a version that is a number',
      {
        'hosts.yml':
          'k3s_cluster:\n  children: {server: {hosts: {s: }}}\n  vars: {k3s_version: 1.33}\n',
      },
      ['ST0134 warning hosts.yml:3'],
    ],
    [
      'arguments that are a list',
      {
        'hosts.yml': `k3s_cluster:\n  children: {server: {hosts: {s: }}}\n  vars:\n    ${head}\n    extra_server_args: [a]\n`,
      },
      ['ST0134 warning hosts.yml:5'],
    ],
    [
      'arguments that only a secret tells',
      {
        'hosts.yml': `k3s_cluster:\n  children: {server: {hosts: {s: }}}\n  vars:\n    ${head}\n    extra_server_args: "{{ nope }}"\n`,
      },
      ['ST0134 warning hosts.yml:5'],
    ],
    [
      'a taint without an effect',
      {
        'hosts.yml': `k3s_cluster:\n  children: {server: {hosts: {s: }}}\n  vars:\n    ${head}\n    extra_server_args: --node-taint a=b\n`,
      },
      ['ST0134 warning hosts.yml:5'],
    ],
    [
      'a label and a taint that no node may have',
      {
        'hosts.yml': `k3s_cluster:\n  children: {server: {hosts: {s: }}}\n  vars:\n    ${head}\n    extra_server_args: --node-label a:b=c --node-taint a:b=c:NoSchedule\n`,
      },
      ['ST0134 warning hosts.yml:5', 'ST0134 error hosts.yml:5'],
    ],
    [
      'a component to leave out that is not there, but nearly',
      {
        'hosts.yml': `k3s_cluster:\n  children: {server: {hosts: {s: }}}\n  vars:\n    ${head}\n    extra_server_args: --disable metric-server --disable my-addon\n`,
      },
      ['ST0134 warning hosts.yml:5'],
    ],
    [
      'an even number of servers',
      {
        'hosts.yml': `k3s_cluster:\n  children:\n    server: {hosts: {s: , t: }}\n  vars: {${head}}\n`,
      },
      ['ST0136 warning hosts.yml:3'],
    ],
    [
      'a file of variables that is no YAML',
      {
        'hosts.ini': '[server]\ns\n[k3s_cluster:children]\nserver\n',
        'group_vars/all.yml': 'a: [\n',
      },
      ['ST0132 error group_vars/all.yml:2', 'ST0134 warning hosts.ini:1'],
    ],
  ])('%s', (_, texts, want) => {
    expect(codesOf(texts)).toEqual(want)
  })

  it('an inventory of nobody known is refused where one is asked for', () => {
    files.write({ 'hosts.ini': '[web]\na\n' })
    const loaded = load([{ inventory: join(files.root, 'hosts.ini') }])
    expect(files.codes(loaded)).toEqual(['ST0109 error hosts.ini'])
  })
})

const real = join(import.meta.dirname, '../../../../shared/real/k3s')
const hasReal = existsSync(real)
const where = hasReal ? '' : ' (skipped: ../shared/real is not there)'

describe('real files', () => {
  it.skipIf(!hasReal)(`inventories of users load without an error${where}`, () => {
    const folders = readdirSync(join(real, 'user-inventories'))
    expect(folders.length).toBeGreaterThan(4)
    for (const folder of folders) {
      const loaded = load([join(real, 'user-inventories', folder, 'hosts.ini')])
      const isTainted = folder.endsWith('tainted')
      expect([folder, loaded.problems.filter(each => each.severity === 'error')]).toEqual([
        folder,
        [],
      ])
      expect([folder, loaded.pools[0]?.taints]).toEqual([folder, isTainted ? [taint] : undefined])
    }
  })

  it.skipIf(!hasReal).each([
    ['2020-12-before-master-rename', 'v1.19.5+k3s1'],
    ['2021-09-before-coredns-spread', 'v1.22.2+k3s1'],
    ['2021-10-coredns-hostname-spread', 'v1.22.3+k3s1'],
    ['2022-11-before-replica-unown', 'v1.25.4+k3s1'],
    ['2022-11-replica-unown', 'v1.26.0+k3s1'],
    ['2025-06-before-zone-spread', 'v1.33.1+k3s1'],
    ['2025-07-before-master-toleration-removal', 'v1.33.3+k3s1'],
    ['2025-07-master-toleration-removed', 'v1.34.1+k3s1'],
  ])(`packaged components of %s are those of %s${where}`, (folder, version) => {
    const theirs = deploymentsIn(join(real, 'packaged-resolved', folder))
    const ours = packagedObjects(k3sVersion(version)!, new Set())
    for (const object of ours.filter(({ kind }) => kind === 'Deployment')) {
      const name = object.metadata.name ?? ''
      expect([name, shapeOf(object)]).toEqual([name, shapeOf(theirs.get(name)!)])
    }
  })
})

function deploymentsIn(folder: string): ReadonlyMap<string, KubeObject> {
  const found = new Map<string, KubeObject>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.yaml')) continue
    const text = readFileSync(join(folder, name), 'utf8')
    for (const { value } of readText(sourceFile(name, text)).documents) {
      const object = value as KubeObject
      if (object?.kind === 'Deployment') found.set(object.metadata.name ?? '', object)
    }
  }
  return found
}

// What placement, rollout and scaling depend on.
function shapeOf(object: KubeObject): unknown {
  const spec = object['spec'] as Record<string, unknown>
  const pod = (spec['template'] as { spec: Record<string, unknown> }).spec
  const selector = pod['nodeSelector'] as Record<string, string> | undefined
  const [container] = pod['containers'] as readonly Record<string, unknown>[]
  const byKey = (a: { key: string }, b: { key: string }): number => (a.key < b.key ? -1 : 1)
  return {
    replicas: spec['replicas'],
    strategy: spec['strategy'],
    history: spec['revisionHistoryLimit'],
    selector: spec['selector'],
    tolerations: [...(pod['tolerations'] as { key: string }[])].sort(byKey),
    spread: pod['topologySpreadConstraints'],
    priority: pod['priorityClassName'],
    os: selector?.['kubernetes.io/os'] ?? selector?.['beta.kubernetes.io/os'],
    resources: container?.['resources'],
    ready: container?.['readinessProbe'],
    live: container?.['livenessProbe'],
  }
}
