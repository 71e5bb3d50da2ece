// The facts of the recorded machine: Debian 12, x86_64, systemd, 4 processors, 8192 MB, one
// interface.

import type { ModuleCall } from '../../../src/sources/ansible/playbooks/answers.ts'
import { str } from '../../../src/sources/ansible/templating/python/represent.ts'
import type { Value } from '../../../src/sources/ansible/values.ts'
import { fromJson } from './values-json.ts'

const numeric = /^\d+(?:\.\d+){3}$/

const fixed = {
  ansible_system: 'Linux',
  ansible_os_family: 'Debian',
  ansible_distribution: 'Debian',
  ansible_distribution_version: '12.11',
  ansible_distribution_major_version: '12',
  ansible_distribution_minor_version: '11',
  ansible_distribution_release: 'bookworm',
  ansible_architecture: 'x86_64',
  ansible_machine: 'x86_64',
  ansible_userspace_bits: '64',
  ansible_kernel: '6.1.0-37-amd64',
  ansible_kernel_version: '#1 SMP PREEMPT_DYNAMIC Debian',
  ansible_service_mgr: 'systemd',
  ansible_pkg_mgr: 'apt',
  ansible_python_version: '3.11.2',
  ansible_python: {
    version: { major: 3, minor: 11, micro: 2 },
    executable: '/usr/bin/python3',
    type: 'cpython',
  },
  ansible_domain: '',
  ansible_machine_id: '0123456789abcdef0123456789abcdef',
  ansible_product_name: 'KVM',
  ansible_product_uuid: '01234567-89ab-cdef-0123-456789abcdef',
  ansible_system_vendor: 'QEMU',
  ansible_virtualization_type: 'kvm',
  ansible_virtualization_role: 'guest',
  ansible_memtotal_mb: 8192,
  ansible_memfree_mb: 6000,
  ansible_memory_mb: {
    real: { total: 8192, free: 6000, used: 2192 },
    nocache: { free: 7000, used: 1192 },
    swap: { total: 0, free: 0, used: 0, cached: 0 },
  },
  ansible_swaptotal_mb: 0,
  ansible_swapfree_mb: 0,
  ansible_processor_vcpus: 4,
  ansible_processor_count: 4,
  ansible_processor_cores: 1,
  ansible_processor_nproc: 4,
  ansible_processor: ['0', 'GenuineIntel', 'Intel'],
  ansible_interfaces: ['lo', 'eth0'],
  ansible_default_ipv6: {},
  ansible_all_ipv6_addresses: [],
  ansible_dns: { nameservers: ['10.10.0.2'] },
  ansible_mounts: [{ mount: '/', device: '/dev/vda1', fstype: 'ext4', options: 'rw' }],
  ansible_selinux: { status: 'disabled' },
  ansible_selinux_python_present: true,
  ansible_apparmor: { status: 'disabled' },
  ansible_cmdline: {},
  ansible_env: { HOME: '/root', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  ansible_user_id: 'root',
  ansible_user_dir: '/root',
  ansible_user_uid: 0,
  ansible_user_gid: 0,
  ansible_date_time: {
    date: '2023-11-14',
    day: '14',
    epoch: '1700000000',
    hour: '22',
    iso8601: '2023-11-14T22:13:20Z',
    iso8601_basic: '20231114T221320000000',
    iso8601_basic_short: '20231114T221320',
    minute: '13',
    month: '11',
    second: '20',
    time: '22:13:20',
    tz: 'UTC',
    weekday: 'Tuesday',
    year: '2023',
  },
  ansible_local: {},
  ansible_lsb: {
    id: 'Debian',
    description: 'Debian GNU/Linux 12 (bookworm)',
    codename: 'bookworm',
    release: '12',
    major_release: '12',
  },
  ansible_fips: false,
  ansible_is_chroot: false,
  ansible_uptime_seconds: 1000,
  gather_subset: ['all'],
  module_setup: true,
}

/** What setup gives for a host. */
export function factsOf({ host, scope }: ModuleCall): Value {
  const candidates = ['ip', 'ansible_host'].map(name => scope.variable(name))
  const given = [...candidates, host].find(value => value !== undefined && numeric.test(str(value)))
  const address = given === undefined ? '10.0.0.1' : str(given)
  const gateway = address.replace(/\d+$/, '254')
  return fromJson({
    ...fixed,
    // A machine that is named by its address calls itself after it.
    ansible_hostname: numeric.test(host) ? `ip-${host.replaceAll('.', '-')}` : host.split('.')[0],
    ansible_nodename: host,
    ansible_fqdn: host,
    ansible_default_ipv4: {
      address,
      interface: 'eth0',
      alias: 'eth0',
      gateway,
      netmask: '255.255.255.0',
      network: address.replace(/\d+$/, '0'),
      prefix: '24',
      type: 'ether',
      mtu: 1500,
      macaddress: '52:54:00:00:00:01',
    },
    ansible_all_ipv4_addresses: [address],
    ansible_eth0: {
      device: 'eth0',
      active: true,
      type: 'ether',
      mtu: 1500,
      ipv4: {
        address,
        netmask: '255.255.255.0',
        network: address.replace(/\d+$/, '0'),
        prefix: '24',
      },
    },
  })
}
