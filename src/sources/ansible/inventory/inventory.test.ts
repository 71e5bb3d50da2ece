import { describe, expect, it } from 'vitest'
import type { AnsibleVersion, Value } from '../values.ts'
import { groupsOf, hostVariables, type Inventory, readInventory } from './inventory.ts'
import { defaultSettings, type Settings } from './settings.ts'

function read(
  files: Readonly<Record<string, string>>,
  sources: readonly string[] = [Object.keys(files)[0] ?? ''],
  settings: Partial<Settings> = {},
): Inventory {
  const version: AnsibleVersion = settings.version ?? '2.18'
  const texts = new Map(Object.entries(files))
  return readInventory(texts, sources, { ...defaultSettings(version), ...settings })
}

function values(inventory: Inventory, name: string): Record<string, Value> {
  const host = inventory.hosts.get(name)!
  const { variables } = hostVariables(inventory, host)
  return Object.fromEntries([...variables].map(([key, { value }]) => [String(key), value]))
}

function members(inventory: Inventory, name: string): readonly string[] {
  return inventory.data
    .group(name)
    .allHosts()
    .map(host => host.name)
}

describe('places', () => {
  const inventory = read({
    'hosts.ini': '# servers\n[web]\n  a x=1 y="2 3"\n[web:vars]\nz=1\n[prod:children]\nweb\n',
    'group_vars/web.yml': 'z: 2\nlist:\n  - 1\n',
    'host_vars/a.json': '{"w": 1}',
  })
  const { variables } = hostVariables(inventory, inventory.hosts.get('a')!)

  it.each([
    ['x', { file: 'hosts.ini', line: 3, column: 5 }],
    ['y', { file: 'hosts.ini', line: 3, column: 9 }],
    ['z', { file: 'group_vars/web.yml', line: 1, column: 1 }],
    ['list', { file: 'group_vars/web.yml', line: 2, column: 1 }],
    ['w', { file: 'host_vars/a.json', line: 1, column: 2 }],
  ])('the variable %s', (name, at) => {
    expect(variables.get(name)?.at).toEqual(at)
  })

  it('hosts and groups name every place that speaks of them', () => {
    expect(inventory.hosts.get('a')?.at).toEqual([{ file: 'hosts.ini', line: 3, column: 3 }])
    const lines = inventory.groups.get('web')?.at.map(({ line }) => line)
    expect(lines).toEqual([2, 4, 7])
  })

  it('hosts of YAML stand where their key stands', () => {
    const yaml = read({ 'hosts.yml': 'all:\n  hosts:\n    a:\n      x: 1\n' })
    expect(yaml.hosts.get('a')?.at).toEqual([{ file: 'hosts.yml', line: 3, column: 5 }])
    expect(yaml.hosts.get('a')?.variables.get('x')?.at.line).toBe(4)
  })
})

describe('precedence', () => {
  it('group files win over the inventory, and the group all over it as well', () => {
    const inventory = read({
      'hosts.ini': '[web]\na\n[web:vars]\nx=inventory\ny=inventory\n',
      'group_vars/all.yml': 'x: all\n',
      'group_vars/web.yml': 'z: web\n',
    })
    expect(values(inventory, 'a')).toEqual({ x: 'all', y: 'inventory', z: 'web' })
  })

  it('deeper groups win, then the priority, then the name', () => {
    const inventory = read({
      'hosts.ini':
        '[zeta]\na\n[alpha]\na\n[alpha:vars]\nansible_group_priority=2\nx=alpha\n' +
        '[zeta:vars]\nx=zeta\n[top:children]\nzeta\n[top:vars]\nansible_group_priority=9\nx=top\n',
    })
    const host = inventory.hosts.get('a')!
    expect(groupsOf(host).map(({ name }) => name)).toEqual(['alpha', 'top', 'zeta'])
    expect(values(inventory, 'a')['x']).toBe('zeta')
  })

  it('the folder of the playbook counts over the folder of the inventory', () => {
    const files = {
      'inv/hosts': '[web]\na\n',
      'inv/group_vars/web.yml': 'x: inventory\n',
      'play/group_vars/web.yml': 'x: play\n',
    }
    expect(values(read(files), 'a')['x']).toBe('inventory')
    const played = read(files, ['inv/hosts'], { playbookFolder: 'play' })
    expect(values(played, 'a')['x']).toBe('play')
  })

  it('merges mappings where settings ask for it', () => {
    const files = { hosts: '[web]\na\n[web:vars]\nm={"x": 1}\n', 'host_vars/a': 'm: {y: 2}\n' }
    const inventory = read(files, ['hosts'], { hashBehaviour: 'merge' })
    expect(values(inventory, 'a')['m']).toEqual(
      new Map([
        ['x', 1],
        ['y', 2],
      ]),
    )
  })
})

describe('wrong input', () => {
  it('a line that is wrong ends its file with a message at that line', () => {
    const inventory = read({ 'hosts.ini': '[web]\na\n[web:kids]\n' })
    const [first] = inventory.messages
    expect(first?.text).toContain('Section [web:kids] has unknown type: kids')
    expect(first?.at).toEqual({ file: 'hosts.ini', line: 3, column: 1 })
  })

  it('a cycle is a message at the line that closes it', () => {
    const inventory = read({ 'hosts.ini': '[a]\n[b]\n[a:children]\nb\n[b:children]\na\n' })
    expect(inventory.messages[0]?.text).toContain('recursive dependency loop')
    expect(inventory.messages[0]?.at?.line).toBe(6)
  })

  it('a wrong range names the host line', () => {
    const inventory = read({ 'hosts.yml': 'all:\n  hosts:\n    "n[3:]":\n' })
    const message = inventory.messages.find(({ text }) => text.includes('yaml plugin'))
    expect(message?.at).toEqual({ file: 'hosts.yml', line: 3, column: 5 })
  })

  it('a file of variables that is no YAML is an error, and the rest is read', () => {
    const inventory = read({
      hosts: '[web]\na x=1\n',
      'group_vars/web.yml': 'y: [\n',
      'host_vars/a': 'z: 1\n',
    })
    const { variables, errors } = hostVariables(inventory, inventory.hosts.get('a')!)
    expect(errors.map(({ at }) => at?.file)).toEqual(['group_vars/web.yml'])
    expect([...variables.keys()]).toEqual(['x', 'z'])
  })

  it('names what it cannot open: plugins, scripts, encrypted files', () => {
    const inventory = read(
      {
        'a.yml': 'plugin: amazon.aws.aws_ec2\n',
        'b.sh': '#!/bin/sh\n',
        c: 'h\n',
        'group_vars/all': '$ANSIBLE_VAULT;1.1;AES256\n00\n',
      },
      ['a.yml', 'b.sh', 'c'],
    )
    expect(inventory.unsupported.map(({ what, at }) => `${what} ${at.file}`)).toEqual([
      'plugin a.yml',
      'script b.sh',
    ])
    hostVariables(inventory, inventory.hosts.get('h')!)
    expect(inventory.files.unsupported.map(({ at }) => at.file)).toEqual(['group_vars/all'])
  })
})

it('reads the files of a folder in order and leaves out what settings ignore', () => {
  const files = { 'inv/b': '[g]\nb\n', 'inv/a.yml': 'g: {hosts: {a: }}\n', 'inv/c.ini': '[g]\nc\n' }
  expect(members(read(files, ['inv']), 'g')).toEqual(['a', 'b'])
  expect(members(read(files, ['inv'], defaultSettings('2.19')), 'g')).toEqual(['a', 'b', 'c'])
})
