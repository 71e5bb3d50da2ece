import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HostMatrix } from '../../explain/host-matrix.ts'
import { readHosts } from '../hosts.ts'
import { load } from '../load.ts'
import { type Sandbox, sandbox } from '../testing.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => files.remove())

function matrixOf(name: string): HostMatrix {
  const read = readHosts(join(files.root, name))
  if ('problem' in read) throw new Error(read.problem.what)
  return read.matrix
}

function hostsWith({ hosts }: HostMatrix, tool: string): readonly string[] {
  return hosts
    .filter(({ tools }) => tools.some(({ name, lands }) => name === tool && lands))
    .map(({ name }) => name)
}

function problemsOf({ problems }: HostMatrix): readonly string[] {
  return problems.map(({ code, severity, location, what }) => {
    const file = location?.file.replace(`${files.root}/`, '') ?? ''
    return `${code} ${severity} ${file}:${location?.line ?? 0} ${what}`
  })
}

/** Which hosts tasks of a role really ran on, recorded from the playbooks with ansible-core. */
interface Recorded {
  readonly id: string
  readonly ref: string
  readonly inventory: Readonly<Record<string, string>>
  readonly reached: Readonly<Record<string, readonly string[]>>
}

const corpus = join(import.meta.dirname, '../../../corpus/ansible/kubespray-roles.json.gz')
const recorded = JSON.parse(gunzipSync(readFileSync(corpus)).toString()) as readonly Recorded[]

/** The role whose tasks bring a tool. */
const roleOf: Readonly<Record<string, string>> = {
  containerd: 'container-engine/containerd',
  runc: 'container-engine/runc',
  crictl: 'container-engine/crictl',
  nerdctl: 'container-engine/nerdctl',
  crio: 'container-engine/cri-o',
  skopeo: 'container-engine/skopeo',
  kubelet: 'kubernetes/node',
  kubectl: 'kubernetes/control-plane',
  etcdctl: 'etcdctl_etcdutl',
  'etcd-certificate': 'etcd',
  'cni-plugins': 'network_plugin/cni',
  calicoctl: 'network_plugin/calico',
  cilium: 'network_plugin/cilium',
}

describe('tools land where tasks of their roles ran', () => {
  it.each(recorded)('$id', ({ ref, inventory, reached }) => {
    const version = ref === 'master' ? '2.31.0' : ref.slice(1)
    files.write({ ...inventory, 'galaxy.yml': `name: kubespray\nversion: ${version}\n` })
    const matrix = matrixOf('inventory.ini')
    const want = Object.entries(roleOf).map(([tool, role]) => [tool, reached[role] ?? []])
    const got = Object.keys(roleOf).map(tool => [tool, [...hostsWith(matrix, tool)].sort()])
    expect(got).toEqual(want)
  })
})

const separate = '[kube_control_plane]\na\n[kube_node]\nb\n[etcd]\nc\n'

describe('a host that only runs etcd', () => {
  it('has no tool of a container engine, and the condition is told', () => {
    files.write({ 'inventory.ini': separate })
    const matrix = matrixOf('inventory.ini')
    for (const tool of ['containerd', 'runc', 'crictl', 'nerdctl', 'kubelet', 'kubectl']) {
      expect([tool, hostsWith(matrix, tool).includes('c')]).toEqual([tool, false])
    }
    const nerdctl = matrix.hosts
      .find(({ name }) => name === 'c')
      ?.tools.find(({ name }) => name === 'nerdctl')
    expect(nerdctl?.because).toBe(
      'deploy_container_engine: not in k8s_cluster, and etcd_deployment_type is host',
    )
    expect(matrix.hosts.map(({ name, isNode }) => [name, isNode])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
    ])
  })

  it('has one where etcd itself is a container', () => {
    const vars = '[all:vars]\netcd_deployment_type=docker\ncontainer_manager=docker\n'
    files.write({ 'inventory.ini': `${separate}${vars}` })
    expect(hostsWith(matrixOf('inventory.ini'), 'docker')).toEqual(['a', 'b', 'c'])
  })

  it('and would need one that it is denied is an error at its line', () => {
    const vars = '[all:vars]\netcd_deployment_type=docker\ncontainer_manager=docker\n'
    files.write({
      'inventory.ini': `${separate}${vars}`,
      'host_vars/c.yml': 'deploy_container_engine: false\n',
    })
    expect(problemsOf(matrixOf('inventory.ini'))).toContain(
      'ST0135 error inventory.ini:6 c runs etcd as a container and gets no container engine',
    )
  })
})

describe('what is wrong with an inventory', () => {
  const stacked = '[kube_control_plane]\na\nb\n[kube_node]\na\nb\n[etcd]\na\nb\n'
  const rows: readonly { name: string; given: string; want: string }[] = [
    {
      name: 'two members of etcd',
      given: stacked,
      want: 'ST0136 warning inventory.ini:7 2 members of etcd: an even number',
    },
    {
      name: 'one control plane',
      given: '[kube_control_plane]\na\n[kube_node]\nb\nc\n[etcd]\na\n',
      want: 'ST0135 warning inventory.ini:1 a is the only control plane of 3 hosts',
    },
    {
      name: 'no control plane',
      given: '[kube_control_plane]\n[kube_node]\nb\n[etcd]\nb\n',
      want: 'ST0135 error inventory.ini:1 kube_control_plane has no hosts',
    },
    {
      name: 'no etcd',
      given: '[kube_control_plane]\na\n[kube_node]\na\n[etcd]\n',
      want: "ST0135 error inventory.ini:5 Group 'etcd' cannot be empty in external etcd mode",
    },
    {
      name: 'a misspelt group',
      given: `${separate}[kube_nodes]\nd\n`,
      want: 'ST0135 warning inventory.ini:8 d is in no group but kube_nodes',
    },
    {
      name: 'a name that is misspelt in a group',
      given:
        '[all]\nnode1 ansible_host=1\nnode2 ansible_host=2\n[kube_control_plane]\nnode1\n[etcd]\nnode1\n[kube_node]\nnode2\nnode22\n',
      want: 'ST0135 warning inventory.ini:10 node22 is named in a group and nowhere given an address',
    },
    {
      name: 'an engine that nobody knows',
      given: `${separate}[all:vars]\ncontainer_manager=podman\n`,
      want: 'ST0134 error inventory.ini:8 container_manager is podman',
    },
    {
      name: 'a plugin that nobody knows',
      given: `${separate}[all:vars]\nkube_network_plugin=calicoo\n`,
      want: 'ST0134 error inventory.ini:8 kube_network_plugin is calicoo',
    },
    {
      name: 'an undefined variable in a template',
      given: `${separate}[all:vars]\ncontainer_manager="{{ engine }}"\n`,
      want: "ST0134 warning inventory.ini:8 container_manager cannot be read: 'engine' is undefined",
    },
    {
      name: 'a choice of the wrong kind',
      given: `${separate}[all:vars]\nhelm_enabled=[1,2]\n`,
      want: 'ST0134 error inventory.ini:8 helm_enabled is [1, 2], which is not true or false',
    },
    {
      name: 'etcd in containers of another engine',
      given: `${separate}[all:vars]\netcd_deployment_type=docker\n`,
      want: 'ST0134 error inventory.ini:8 etcd_deployment_type is docker and container_manager is containerd',
    },
    {
      name: 'a majority of etcd that is broken',
      given:
        '[kube_control_plane]\na\nb\nc\n[kube_node]\na\n[etcd]\na\nb\nc\n[broken_etcd]\na\nb\n',
      want: 'ST0135 warning inventory.ini:11 2 of 3 members of etcd are in broken_etcd, 2 are needed',
    },
    {
      name: 'Cilium without root',
      given: `${separate}[all:vars]\nkube_network_plugin=cilium\n`,
      want: 'ST0134 warning inventory.ini:8 kube_network_plugin is cilium and kube_owner is kube',
    },
    {
      name: 'a label that is none',
      given: `${separate}[all:vars]\nnode_labels={"a b": "c"}\n`,
      want: 'ST0134 error inventory.ini:8 "a b=c" in node_labels is no label',
    },
    {
      name: 'a taint that is none',
      given: `${separate}[all:vars]\nnode_taints=["a=b:Never"]\n`,
      want: 'ST0134 warning inventory.ini:8 "a=b:Never" in node_taints is no taint',
    },
    {
      name: 'fewer than no pods',
      given: `${separate}[all:vars]\nkubelet_max_pods=-1\n`,
      want: 'ST0134 error inventory.ini:8 kubelet_max_pods is -1, which is not a whole number',
    },
    {
      name: 'more pods than addresses',
      given: `${separate}[all:vars]\nkube_network_plugin=flannel\nkubelet_max_pods=300\n`,
      want: 'ST0134 error inventory.ini:9 kubelet_max_pods is 300, and a node has 254 addresses for pods',
    },
    {
      name: 'a name that no node can have',
      given: '[kube_control_plane]\nN_1\n[kube_node]\nN_1\n[etcd]\nN_1\n',
      want: 'ST0135 error inventory.ini:2 N_1 is no name for a host of the cluster',
    },
    {
      name: 'a choice that a fact of the host makes',
      given: `${separate}[all:vars]\ncontainer_manager="{{ ansible_os_family }}"\n`,
      want: 'ST0134 warning inventory.ini:8 container_manager cannot be read: it depends on the fact ansible_os_family',
    },
    {
      name: 'kubeadm etcd with a group of its own',
      given: `${separate}[all:vars]\netcd_deployment_type=kubeadm\n`,
      want: 'ST0135 warning inventory.ini:6 c: in etcd, but kubeadm runs etcd on the control planes',
    },
  ]
  const vars = (text: string): string => `${separate}[all:vars]\n${text}\n`
  const asserted: readonly { readonly given: string; readonly want: string }[] = [
    {
      given: 'kube_pods_subnet=10.233.0.0/20',
      want: 'kube_pods_subnet cannot be the same network segment as kube_service_addresses',
    },
    {
      given: 'kube_pods_subnet=10.233.64.0',
      want: "kube_pods_subnet = '10.233.64.0' is not a valid network range",
    },
    {
      given: 'kube_network_plugin=flannel kube_pods_subnet=10.233.64.0/24'.replace(' ', '\n'),
      want: 'Not enough ipv4 IPs are available for the desired node count.',
    },
    { given: 'kube_proxy_mode=userspace', want: 'The selected choice is not supported' },
    {
      given: 'download_localhost=true',
      want: 'download_localhost requires enable download_run_once',
    },
    {
      given: 'container_manager=crio\ngvisor_enabled=true',
      want: 'gvisor_enabled support only compatible with containerd.',
    },
    { given: 'drain_timeout=200s', want: 'drain_grace_period is 300 s and drain_timeout 200 s' },
    {
      given: 'upgrade_node_fail_if_drain_fails=False',
      want: 'upgrade_node_fail_if_drain_fails is false',
    },
    { given: 'drain_fallback_enabled=true', want: 'drain_fallback_enabled is true' },
  ]
  it.each(asserted)('$given: $want', ({ given, want }) => {
    files.write({ 'inventory.ini': vars(given) })
    expect(matrixOf('inventory.ini').problems.map(({ what }) => what)).toContain(want)
    files.write({ 'inventory.ini': vars(`${given}\nignore_assert_errors=true`) })
    const left = matrixOf('inventory.ini').problems.map(({ what }) => what)
    expect(left.includes(want)).toBe(given.includes('drain'))
  })

  it.each([
    'kube_pods_subnet=10.244.0.0/16',
    'kube_network_plugin=flannel',
    'kube_proxy_mode=ipvs',
    'download_localhost=true\ndownload_run_once=true',
    'gvisor_enabled=true',
    'drain_timeout=10m',
    'drain_grace_period=30\ndrain_timeout=2m',
  ])('not with %s', given => {
    files.write({ 'inventory.ini': vars(given) })
    expect(problemsOf(matrixOf('inventory.ini'))).toEqual([])
  })

  it.each(rows)('$name', ({ given, want }) => {
    files.write({ 'inventory.ini': given })
    expect(problemsOf(matrixOf('inventory.ini'))).toContain(want)
  })

  it('not Cilium without root before v2.28, whose agent was privileged', () => {
    const vars = '[all:vars]\nkube_network_plugin=cilium\nkube_version=v1.31.4\n'
    files.write({ 'inventory.ini': `${separate}${vars}` })
    expect(problemsOf(matrixOf('inventory.ini'))).toEqual([])
  })

  it('nothing, where three hosts do everything', () => {
    files.write({
      'inventory.ini': '[kube_control_plane]\na\nb\nc\n[kube_node]\na\nb\nc\n[etcd]\na\nb\nc\n',
    })
    expect(problemsOf(matrixOf('inventory.ini'))).toEqual([])
  })
})

describe('tools of a layout', () => {
  const tools = (text: string, ...names: readonly string[]): readonly string[] => {
    files.write({ 'inventory.ini': `${separate}[all:vars]\n${text}\n` })
    const matrix = matrixOf('inventory.ini')
    return names.map(name => `${name}: ${hostsWith(matrix, name).join(' ')}`)
  }

  it('nerdctl comes with containerd only (kubespray#10240)', () => {
    expect(tools('container_manager=crio', 'nerdctl', 'crictl')).toEqual([
      'nerdctl: ',
      'crictl: a b',
    ])
    expect(tools('container_manager=containerd', 'nerdctl')).toEqual(['nerdctl: a b'])
  })

  it('workers have a certificate of etcd where Cilium asks it (kubespray#11682)', () => {
    const cilium = 'kube_network_plugin=cilium\nkube_owner=root'
    expect(tools(cilium, 'etcd-certificate')).toEqual(['etcd-certificate: a b c'])
    expect(tools('kube_network_plugin=calico', 'etcd-certificate')).toEqual([
      'etcd-certificate: a c',
    ])
  })
})

const real = join(import.meta.dirname, '../../../../shared/real/kubespray')
const inventories = existsSync(real)
  ? readdirSync(real, { recursive: true, encoding: 'utf8' })
      .filter(name => /(?:\.ini|hosts\.ya?ml|ci_inventory\.yml)$/.test(name))
      .sort()
  : []

describe.skipIf(inventories.length === 0)(
  `real inventories${inventories.length === 0 ? ' (skipped: ../shared/real is not there)' : ''}`,
  () => {
    it.each(inventories)('%s: the same hosts are nodes for the trials', name => {
      const read = readHosts(join(real, name))
      const matrix = 'matrix' in read ? read.matrix : undefined
      const nodes = matrix?.hosts.filter(({ isNode }) => isNode).map(host => host.name)
      const { pools, poolsSetBy } = load([join(real, name)])
      const named = pools.flatMap(({ nodeNames = [] }) => nodeNames)
      expect(matrix?.installer).toBe('Kubespray')
      expect([...named].sort()).toEqual([...(nodes ?? [])].sort())
      // Where nobody knows the nodes, none are assumed.
      expect(poolsSetBy).not.toBe('default')
    })
  },
)
