// The programs that installers bring to hosts: who calls them and what puts them there. A program
// that is not named here is taken to be part of the operating system.

export interface Program {
  /** Names under which commands call it. */
  readonly names: readonly string[]
  /** Modules that call it, without the names of their collections. */
  readonly modules?: readonly string[]
  /** Ends of the paths of roles, or of files of tasks, that bring it in an archive or package. */
  readonly roles?: readonly string[]
}

/** By the name that the matrix of hosts uses. */
export const programs: Readonly<Record<string, Program>> = {
  calicoctl: { names: ['calicoctl', 'calicoctl.sh'], roles: ['network_plugin/calico'] },
  cilium: { names: ['cilium'], roles: ['network_plugin/cilium'] },
  containerd: {
    names: ['containerd', 'ctr'],
    roles: ['container-engine/containerd', 'container-engine/docker'],
  },
  'cri-dockerd': { names: ['cri-dockerd'], roles: ['container-engine/cri-dockerd'] },
  crictl: { names: ['crictl'], roles: ['container-engine/crictl'] },
  crio: { names: ['crio', 'crio-status'], roles: ['container-engine/cri-o'] },
  crun: { names: ['crun'], roles: ['container-engine/crun', 'container-engine/cri-o'] },
  docker: {
    names: ['docker'],
    modules: [
      'docker_container',
      'docker_image',
      'docker_login',
      'docker_network',
      'docker_volume',
    ],
    roles: ['container-engine/docker'],
  },
  etcd: {
    names: ['etcd'],
    roles: ['etcd/tasks/install_host.yml', 'etcd/tasks/install_docker.yml'],
  },
  etcdctl: { names: ['etcdctl', 'etcdctl.sh', 'etcdutl'], roles: ['etcdctl_etcdutl', 'etcdctl'] },
  helm: {
    names: ['helm'],
    modules: ['helm', 'helm_info', 'helm_plugin', 'helm_repository', 'helm_template'],
    roles: ['kubernetes-apps/helm'],
  },
  k3s: {
    names: ['k3s'],
    roles: ['k3s_server', 'k3s_agent', 'k3s_upgrade', 'airgap'],
  },
  kubeadm: { names: ['kubeadm'], roles: ['kubernetes/node'] },
  kubectl: {
    names: ['kubectl'],
    modules: ['kube'],
    roles: ['kubernetes/control-plane', 'kubernetes/client', 'k3s_server', 'k3s_agent'],
  },
  kubelet: { names: ['kubelet'], roles: ['kubernetes/node'] },
  nerdctl: { names: ['nerdctl'], roles: ['container-engine/nerdctl'] },
  podman: {
    names: ['podman'],
    modules: ['podman_container', 'podman_image', 'podman_image_info'],
    roles: ['container-engine/podman'],
  },
  runc: { names: ['runc'], roles: ['container-engine/runc', 'container-engine/docker'] },
  skopeo: { names: ['skopeo'], roles: ['container-engine/skopeo'] },
}

const byName = new Map(
  Object.entries(programs).flatMap(([program, { names }]) => names.map(name => [name, program])),
)
const byModule = new Map(
  Object.entries(programs).flatMap(([program, { modules = [] }]) =>
    modules.map(name => [name, program]),
  ),
)

/** The program that a path or name in a command means. */
export function programOf(word: string): string | undefined {
  return byName.get(word.slice(word.lastIndexOf('/') + 1))
}

/** The program that a module calls. */
export function programOfModule(action: string): string | undefined {
  return byModule.get(action.slice(action.lastIndexOf('.') + 1))
}

/** The programs that a role, or a file of its tasks, brings in an archive or package. */
export function broughtBy(role: string | undefined, file: string): readonly string[] {
  return Object.entries(programs)
    .filter(([, { roles = [] }]) =>
      roles.some(end => isEnd(file, end) || (role !== undefined && isEnd(role, end))),
    )
    .map(([program]) => program)
}

function isEnd(path: string, end: string): boolean {
  return path === end || path.endsWith(`/${end}`)
}
