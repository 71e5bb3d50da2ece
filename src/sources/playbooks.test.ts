import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HostMatrix } from '../explain/host-matrix.ts'
import { readHosts } from './hosts.ts'
import { codes } from './problems.ts'

const examples = join(import.meta.dirname, '../../examples/kubespray')
const separate = join(examples, 'separate/inventory.ini')

function follow(inventory: string, path: string, facts: Record<string, string> = {}): HostMatrix {
  const read = readHosts(inventory, { path, facts: new Map(Object.entries(facts)) })
  if ('problem' in read) throw new Error(read.problem.what)
  return read.matrix
}

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

const hosts =
  '[kube_control_plane]\na\n[kube_node]\nb\n[etcd]\nc\n[k8s_cluster:children]\nkube_control_plane\nkube_node\n'

/** What is wrong with one playbook over three hosts: code, line of its file and first words. */
function told(files: Readonly<Record<string, string>>, facts: Record<string, string> = {}) {
  const folder = folderWith({ 'hosts.ini': hosts, ...files })
  const { problems } = follow(join(folder, 'hosts.ini'), join(folder, 'cluster.yml'), facts)
  const own = [codes.playbook, codes.playbookFails, codes.playbookProgram] as readonly string[]
  return problems
    .filter(({ code }) => own.includes(code))
    .map(({ code, location, what, why }) => ({
      code,
      place: `${(location?.file ?? '').replace(`${folder}/`, '')}:${location?.line ?? 0}`,
      what,
      why: (why ?? '').replaceAll(`${folder}/`, ''),
    }))
}

describe('strict tasks', () => {
  const book = (name: string): HostMatrix => follow(separate, join(examples, 'playbooks', name))

  it('the strict list of images fails on the host that only runs etcd', () => {
    expect(book('strict.yml').problems).toMatchObject([
      {
        code: codes.playbookProgram,
        severity: 'error',
        location: { file: join(examples, 'playbooks/roles/download/tasks/strict.yml'), line: 2 },
        what: expect.stringMatching(/calls nerdctl on instance-3, where nothing brings it/),
        why: expect.stringMatching(/roles\/download\/tasks\/main\.yml:2, .*strict\.yml:\d+/),
      },
    ])
  })

  it.each(['cluster.yml', 'guarded.yml'])('%s lets the tool be missing: no finding', name => {
    expect(book(name).problems).toEqual([])
  })

  const task = (text: string): Readonly<Record<string, string>> => ({
    'cluster.yml': `- hosts: etcd\n  gather_facts: false\n  tasks:\n${text.replace(/^/gm, '    ')}\n`,
  })

  it.each([
    { name: 'a command', text: '- {name: t, command: /usr/local/bin/nerdctl ps}', want: 1 },
    { name: 'the end of a pipeline', text: '- {name: t, shell: "true | crictl ps"}', want: 1 },
    { name: 'the beginning of one', text: '- {name: t, shell: "crictl ps | wc -l"}', want: 0 },
    {
      name: 'the beginning of one with pipefail',
      text: '- {name: t, shell: "set -o pipefail; crictl ps | wc -l"}',
      want: 1,
    },
    { name: '||', text: '- {name: t, shell: "nerdctl ps || true"}', want: 0 },
    { name: 'a module', text: '- {name: t, community.docker.docker_image: {name: x}}', want: 1 },
    {
      name: 'ignore_errors',
      text: '- {name: t, command: nerdctl ps, ignore_errors: true}',
      want: 0,
    },
    {
      name: 'a rescue',
      text: '- {block: [{command: nerdctl ps}], rescue: [{debug: {}}]}',
      want: 0,
    },
    {
      name: 'failed_when that asks for the exit status of a missing program',
      text: '- {name: t, command: nerdctl ps, register: r, failed_when: "r.rc not in [0, 2]"}',
      want: 0,
    },
    {
      name: 'failed_when that asks for another',
      text: '- {name: t, command: nerdctl ps, register: r, failed_when: "r.rc != 1"}',
      want: 1,
    },
    { name: 'a condition that is false', text: '- {command: nerdctl ps, when: false}', want: 0 },
    {
      name: 'another host that has it',
      text: '- {copy: {src: kubectl, dest: /usr/local/bin/kubectl}, delegate_to: a}\n- {command: kubectl get no, delegate_to: localhost}',
      want: 0,
    },
    { name: 'a program of the system', text: '- {name: t, command: hostname}', want: 0 },
    {
      name: 'a program that the play brings',
      text: '- {copy: {src: nerdctl, dest: /usr/local/bin/nerdctl}}\n- {command: nerdctl ps}',
      want: 0,
    },
  ])('$name: $want', ({ text, want }) => {
    expect(told(task(text))).toHaveLength(want)
  })
})

describe('what is wrong is told with its place, and the rest is followed', () => {
  const after = '    - {name: after, fail: {msg: reached}}\n'
  const play = (tasks: string): string => `- hosts: etcd\n  gather_facts: false\n  tasks:\n${tasks}`

  it.each([
    {
      name: 'a variable that is not defined',
      files: { 'cluster.yml': play(`    - {name: t, debug: {msg: x}, when: nope == 1}\n${after}`) },
      want: { code: 'ST0138', place: 'cluster.yml:4', what: /'nope' is undefined/ },
    },
    {
      name: 'a template that cannot be read',
      files: { 'cluster.yml': play(`    - {name: t, debug: {msg: "{{ x + }}"}}\n${after}`) },
      want: { code: 'ST0138', place: 'cluster.yml:4', what: /template error/ },
    },
    {
      name: 'a role that is not there',
      files: {
        'cluster.yml': `- hosts: etcd\n  gather_facts: false\n  roles:\n    - absent\n  tasks:\n${after}`,
      },
      want: { code: 'ST0137', place: 'cluster.yml:4', what: /the role 'absent' was not found/ },
    },
    {
      name: 'files that import one another',
      files: {
        'cluster.yml': play(`    - import_tasks: one.yml\n${after}`),
        'one.yml': '- import_tasks: two.yml\n',
        'two.yml': '- import_tasks: one.yml\n',
      },
      want: { code: 'ST0137', place: 'two.yml:1', what: /one\.yml -> .*two\.yml -> .*one\.yml/ },
    },
    {
      name: 'a file that includes itself',
      files: {
        'cluster.yml': play(`    - include_tasks: one.yml\n${after}`),
        'one.yml': '- include_tasks: one.yml\n',
      },
      want: { code: 'ST0137', place: 'one.yml:1', what: /include one another without end/ },
    },
    {
      name: 'a file that is not there',
      files: { 'cluster.yml': play(`    - include_tasks: none.yml\n${after}`) },
      want: { code: 'ST0137', place: 'cluster.yml:4', what: /none\.yml/ },
    },
    {
      name: 'a module that nobody knows',
      files: { 'cluster.yml': play(`    - {name: t, frobnicate: {}}\n${after}`) },
      want: { code: 'ST0137', place: 'cluster.yml:4', what: /couldn't resolve module\/action/ },
    },
    {
      name: 'a file that only a secret opens',
      files: {
        'cluster.yml': play(`    - include_vars: secret.yml\n${after}`),
        'secret.yml': '$ANSIBLE_VAULT;1.1;AES256\n3132\n',
      },
      want: { code: 'ST0138', place: 'cluster.yml:4', what: /decrypt/ },
    },
    {
      name: 'broken YAML',
      files: {
        'cluster.yml': play(`    - import_tasks: one.yml\n${after}`),
        'one.yml': '- {name: t\n',
      },
      want: { code: 'ST0137', place: /one\.yml:/, what: /./ },
    },
    {
      name: 'a handler that is not there',
      files: {
        'cluster.yml': play(
          `    - {name: t, command: x, changed_when: true, notify: none}\n${after}`,
        ),
      },
      want: { code: 'ST0137', place: 'cluster.yml:4', what: /handler 'none' was not found/ },
    },
  ])('$name', ({ files, want }) => {
    const all = told(files)
    const place = want.place instanceof RegExp ? want.place : new RegExp(`^${want.place}$`)
    const found = all.find(each => each.code === want.code && place.test(each.place))
    expect(found?.what ?? JSON.stringify(all)).toMatch(want.what)
    expect(all.some(({ what }) => what.endsWith('reached'))).toBe(true)
  })

  it('the way to a failed assertion is told', () => {
    const files = {
      'cluster.yml': '- hosts: etcd\n  gather_facts: false\n  roles:\n    - {role: checks}\n',
      'roles/checks/tasks/main.yml': '- include_tasks: deep.yml\n',
      'roles/checks/tasks/deep.yml': '- {name: check, assert: {that: false, fail_msg: refused}}\n',
    }
    const [failed] = told(files)
    expect(failed).toMatchObject({
      place: 'roles/checks/tasks/deep.yml:1',
      what: 'task "check" fails on c: refused',
      why: expect.stringContaining('roles/checks/tasks/main.yml:1, cluster.yml:4, cluster.yml:1'),
    })
  })

  it.each([
    { include: 'include_tasks: deep.yml', deep: '- {frobnicate: {}}\n' },
    { include: 'import_tasks: deep.yml', deep: '- {frobnicate: {}}\n' },
    { include: 'include_role: {name: absent}', deep: '' },
  ])('the way to what cannot be followed is told: $include', ({ include, deep }) => {
    const files = {
      'cluster.yml': '- hosts: etcd\n  gather_facts: false\n  roles:\n    - one\n',
      'roles/one/tasks/main.yml': '- include_tasks: more.yml\n',
      'roles/one/tasks/more.yml': `- ${include}\n`,
      'roles/one/tasks/deep.yml': deep,
    }
    const [found] = told(files)
    expect(found?.code).toBe('ST0137')
    expect(found?.why).toMatch(/reached through .*roles\/one\/tasks\/main.yml:1, cluster.yml:4/)
  })

  it('tasks that miss the same variable are one finding', () => {
    const files = {
      'cluster.yml': play(
        '    - {name: t, debug: {msg: x}, when: nope == 1}\n' +
          '    - {name: u, debug: {msg: "{{ nope }}"}}\n' +
          '    - {name: v, debug: {msg: "{{ other }}"}}\n',
      ),
    }
    expect(told(files).map(({ what }) => what.replace(/:.*/, ''))).toEqual([
      'task "t" fails on c (and 1 more task for that)',
      'task "v" fails on c',
    ])
  })

  it('a fact that is given decides; without it a Debian is assumed', () => {
    const files = {
      'cluster.yml':
        '- hosts: etcd\n  tasks:\n    - {name: t, fail: {msg: no}, when: ansible_facts.os_family == "RedHat"}\n',
    }
    expect(told(files)).toEqual([])
    expect(told(files, { os_family: 'RedHat' })).toHaveLength(1)
  })

  it('a folder without playbooks', () => {
    const folder = folderWith({ 'hosts.ini': hosts, 'tree/README.md': 'x' })
    const { problems } = follow(join(folder, 'hosts.ini'), join(folder, 'tree'))
    expect(problems.map(({ what }) => what)).toContain('there is no playbook here')
  })
})

describe('servers that lose their majority', () => {
  const servers = (count: number): string =>
    `[server]\n${Array.from({ length: count }, (_, index) => `s${index}\n`).join('')}` +
    '[agent]\na0\n' +
    '[k3s_cluster:children]\nserver\nagent\n[k3s_cluster:vars]\nk3s_version=v1.31.12+k3s1\n'
  const restart = (serial: string): string =>
    `- hosts: server\n  gather_facts: false\n${serial}  tasks:\n` +
    '    - {name: again, service: {name: k3s, state: restarted}}\n'

  it.each([
    { name: 'three at once', count: 3, serial: '', want: /restarts s0, s1, s2 together/ },
    { name: 'one by one', count: 3, serial: '  serial: 1\n', want: undefined },
    { name: 'two of five', count: 5, serial: '  serial: 2\n', want: undefined },
    { name: 'three of five', count: 5, serial: '  serial: 3\n', want: /s0, s1, s2 together/ },
    { name: 'one server', count: 1, serial: '', want: undefined },
  ])('$name', ({ count, serial, want }) => {
    const folder = folderWith({ 'hosts.ini': servers(count), 'upgrade.yml': restart(serial) })
    const { problems } = follow(join(folder, 'hosts.ini'), folder)
    const found = problems.find(({ code }) => code === codes.playbookRestarts)
    if (want === undefined) expect(found).toBeUndefined()
    else {
      expect(found?.what).toMatch(want)
      expect(found?.location).toMatchObject({ file: join(folder, 'upgrade.yml') })
    }
  })

  it.each([
    { name: 'three members of etcd at once', throttle: '', want: ['a, b, c'] },
    {
      name: 'no more than the majority spares, by a throttle that is counted',
      throttle: `, throttle: "{{ groups['etcd'] | length // 2 }}"`,
      want: [],
    },
    { name: 'two at a time, which is one too many', throttle: ', throttle: 2', want: ['a, b, c'] },
  ])('Kubespray restarts $name', ({ throttle, want }) => {
    const three = ['kube_control_plane', 'kube_node', 'etcd'].map(name => `[${name}]\na\nb\nc\n`)
    const folder = folderWith({
      'hosts.ini': `${three.join('')}[k8s_cluster:children]\nkube_control_plane\nkube_node\n`,
      'cluster.yml':
        '- hosts: etcd\n  gather_facts: false\n  tasks:\n' +
        '    - {debug: {msg: x}, changed_when: true, notify: Restart etcd}\n  handlers:\n' +
        `    - {name: Restart etcd, service: {name: etcd, state: restarted}${throttle}}\n`,
    })
    const { problems } = follow(join(folder, 'hosts.ini'), folder)
    const found = problems.filter(({ code }) => code === codes.playbookRestarts)
    const together = found.map(({ what }) => /restarts (.*) together/.exec(what)?.[1])
    expect(together).toEqual(want)
  })

  it('an even number that nobody refuses is told, and one that a task refuses is not', () => {
    const assertion =
      "    - {assert: {that: groups['server'] | length % 2 == 1}, ignore_errors: true}\n"
    const tasks = (own: string): string =>
      `- hosts: server\n  gather_facts: false\n  tasks:\n    - {debug: {msg: x}}\n${own}`
    const count = (own: string): number => {
      const folder = folderWith({ 'hosts.ini': servers(4), 'site.yml': tasks(own) })
      const { problems } = follow(join(folder, 'hosts.ini'), folder)
      return problems.filter(({ what }) => what.includes('no task asserts')).length
    }
    expect([count(''), count(assertion)]).toEqual([1, 0])
  })
})
