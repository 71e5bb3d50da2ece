import { describe, expect, it } from 'vitest'
import { resultOf } from './result.ts'
import { runSite, told } from './testing.ts'

const play = (tasks: string): string => `- hosts: all\n  gather_facts: false\n  tasks:\n${tasks}`

describe('a run without answers from hosts', () => {
  it('does not know a task whose condition needs the result of a command', () => {
    const result = runSite({
      'site.yml': play(
        '    - {name: ask, command: uptime, register: r}\n' +
          '    - {name: act, debug: {msg: x}, when: r.stdout == "ready"}\n' +
          '    - name: sure\n      debug: {msg: x}\n' +
          '      when: r.stdout == "a" and inventory_hostname == "d1"\n',
      ),
    })
    expect(told(result)).toEqual([
      'ask: w1=ok w2=ok d1=ok',
      'act: w1=unknown w2=unknown d1=unknown',
      'sure: w1=skipped w2=skipped d1=unknown',
    ])
    const [unknown] = result.plays[0]?.tasks[1]?.results ?? []
    expect(unknown?.unknown).toEqual(['the result of command on w1'])
  })

  it('does not know facts, and what else an answer may hold', () => {
    const result = runSite({
      'site.yml':
        '- hosts: w1\n  tasks:\n' +
        '    - {name: a, debug: {msg: x}, when: ansible_os_family == "Debian"}\n' +
        '    - {name: b, debug: {msg: x}, when: ansible_facts.os_family == "Debian"}\n' +
        '    - {name: c, find: {paths: /x}, register: r}\n' +
        '    - {name: d, debug: {msg: x}, when: r.matched > 0}\n' +
        '    - {name: e, debug: {msg: x}, when: r is failed}\n' +
        '    - {name: f, debug: {msg: x}, loop: "{{ r.files }}", when: false}\n',
    })
    expect(told(result)).toEqual([
      'Gathering Facts: w1=ok',
      'a: w1=unknown',
      'b: w1=unknown',
      'c: w1=ok',
      'd: w1=unknown',
      'e: w1=skipped',
      'f: w1=skipped',
    ])
  })

  it('does not know what an include brings whose condition it does not know', () => {
    const result = runSite({
      'site.yml': play(
        '    - {name: ask, command: uptime, register: r}\n' +
          '    - {name: more, include_tasks: t.yml, when: r.stdout == "x"}\n' +
          '    - {name: use, debug: {msg: x}, when: v == "1"}\n',
      ),
      't.yml': '- {name: set, set_fact: {v: "1"}}\n',
    })
    expect(told(result).slice(1)).toEqual([
      'more: w1=unknown w2=unknown d1=unknown',
      'set: w1=unknown w2=unknown d1=unknown',
      'use: w1=unknown w2=unknown d1=unknown',
    ])
  })

  it('takes the answers that are given', () => {
    const result = runSite(
      {
        'site.yml': play(
          '    - {name: ask, command: uptime, register: r}\n' +
            '    - {name: act, debug: {msg: x}, when: r.rc == 0}\n',
        ),
      },
      { answers: ({ host }) => resultOf({ rc: host === 'w1' ? 0 : 1 }) },
    )
    expect(told(result)).toEqual(['ask: w1=ok w2=failed d1=failed', 'act: w1=ok'])
    expect(result.status).toBe(2)
  })
})

describe('roles', () => {
  const files = {
    'site.yml': '- hosts: web\n  gather_facts: false\n  roles: [top, base]\n',
    'roles/top/meta/main.yml': 'dependencies: [base]\n',
    'roles/top/tasks/main.yml': '- {name: top, debug: {msg: "{{ level }}"}}\n',
    'roles/base/defaults/main.yml': 'level: low\n',
    'roles/base/tasks/main.yml': '- {name: base, debug: {msg: x}}\n',
  }
  it('run their dependencies first, and the same role once', () => {
    expect(told(runSite(files))).toEqual(['base: w1=ok w2=ok', 'top: w1=ok w2=ok'])
  })

  it('that are not there are an error with its place', () => {
    const result = runSite({ 'site.yml': '- hosts: web\n  roles: [none]\n' })
    expect(result.status).toBe(1)
    expect(result.failure?.message).toContain("the role 'none' was not found")
    expect(result.failure?.at).toMatchObject({ file: 'site.yml', line: 2 })
  })
})

describe('wrong playbooks', () => {
  const rows = [
    { name: 'files that import one another', text: '- import_tasks: a.yml', what: 'without end' },
    { name: 'an unknown module', text: '- nosuch: {}', what: "couldn't resolve module/action" },
    { name: 'a condition that is none', text: '- {debug: {msg: x}, when: "a =="}', what: '' },
  ]
  it.each(rows)('$name end with a message, not with an exception', ({ text, what }) => {
    const result = runSite({
      'site.yml': play(`    ${text}\n`),
      'a.yml': '- import_tasks: a.yml\n',
    })
    expect(result.status).not.toBe(0)
    expect(result.errors.join('\n')).toContain(what)
  })
})

describe('blocks', () => {
  it('rescue a host that failed and run always for all', () => {
    const result = runSite({
      'site.yml': play(
        '    - block:\n' +
          '        - {name: f, fail: {msg: x}, when: "inventory_hostname == \'w1\'"}\n' +
          '        - {name: g, debug: {msg: x}}\n' +
          '      rescue:\n        - {name: r, debug: {msg: x}}\n' +
          '      always:\n        - {name: a, debug: {msg: x}}\n',
      ),
    })
    expect(told(result)).toEqual([
      'f: w1=failed w2=skipped d1=skipped',
      'g: w2=ok d1=ok',
      'r: w1=ok',
      'a: w1=ok w2=ok d1=ok',
    ])
    expect(result.status).toBe(0)
    expect(result.recaps.get('w1')).toMatchObject({ rescued: 1, failures: 0 })
  })
})

it('does not know a handler whose task perhaps changes nothing, where changes are supposed', () => {
  const files = {
    'site.yml':
      '- hosts: w1\n  gather_facts: false\n  tasks:\n' +
      '    - {name: a, command: x, notify: [perhaps, sure]}\n' +
      '    - {name: b, command: x, changed_when: true, notify: sure}\n' +
      '    - {name: c, command: x, changed_when: false, notify: never}\n' +
      '  handlers:\n' +
      '    - {name: perhaps, debug: {msg: x}}\n    - {name: sure, debug: {msg: x}}\n' +
      '    - {name: never, debug: {msg: x}}\n',
  }
  const supposed = told(runSite(files, { supposesChanges: true }))
  expect(supposed.slice(3)).toEqual(['perhaps: w1=unknown', 'sure: w1=ok'])
  expect(told(runSite(files)).slice(3)).toEqual(['sure: w1=ok'])
})

describe('an error in one item of a loop', () => {
  const files = {
    'site.yml':
      '- hosts: w1\n  gather_facts: false\n  tasks:\n' +
      '    - {name: a, debug: {msg: x}, loop: [1, 2], when: r is failed, register: r}\n',
  }
  it.each([
    { version: '2.18' as const, want: ['a: w1=failed'] },
    { version: '2.19' as const, want: ['a: w1=item_failed w1=item_ok w1=failed'] },
  ])('in $version', ({ version, want }) => {
    expect(told(runSite(files, { version }))).toEqual(want)
  })
})

it.each([
  { version: '2.16' as const, want: ". The error was: 'no' is undefined. 'no' is undefined" },
  { version: '2.18' as const, want: ".. 'no' is undefined" },
])('$version says in its own words that an argument is undefined', ({ version, want }) => {
  const { plays } = runSite({ 'site.yml': play('    - {debug: {msg: "{{ no }}"}}\n') }, { version })
  const text = 'The task includes an option with an undefined variable'
  expect(plays[0]?.tasks[0]?.results[0]?.message).toBe(text + want)
})

describe('what an engine tells of a play', () => {
  const printed = (result: ReturnType<typeof runSite>): readonly unknown[] =>
    result.plays.flatMap(({ tasks }) =>
      tasks.flatMap(({ results }) => results.flatMap(({ printed: all }) => [...(all ?? [])])),
    )

  it('flushes handlers on hosts that failed where the play forces them', () => {
    const site = (force: boolean): string =>
      `- hosts: w1\n  gather_facts: false\n  force_handlers: ${force}\n` +
      '  handlers:\n    - {name: h, debug: {msg: x}}\n' +
      '  tasks:\n    - {name: a, debug: {msg: x}, changed_when: true, notify: h}\n' +
      '    - {name: b, fail: {msg: x}}\n'
    expect(told(runSite({ 'site.yml': site(true) }))).toEqual([
      'a: w1=ok',
      'b: w1=failed',
      'h: w1=ok',
    ])
    expect(told(runSite({ 'site.yml': site(false) }))).toEqual(['a: w1=ok', 'b: w1=failed'])
  })

  it('notifies what listens in the order of its list', () => {
    const site =
      '- hosts: w1\n  gather_facts: false\n  handlers:\n' +
      '    - {name: one, debug: {msg: x}, listen: topic}\n' +
      '    - {name: two, debug: {msg: x}, listen: topic}\n' +
      '  tasks:\n    - {name: a, debug: {msg: x}, changed_when: true, notify: topic}\n'
    const [first] = runSite({ 'site.yml': site }).plays[0]?.tasks ?? []
    expect(first?.notified.map(({ handler }) => handler)).toEqual(['one', 'two'])
  })

  it('names the roles that a role is included from, and none for a dependency', () => {
    const show = '- debug: {msg: "{{ ansible_parent_role_names | default([]) }}"}\n'
    const result = runSite({
      'site.yml': '- hosts: w1\n  gather_facts: false\n  roles: [outer]\n',
      'roles/outer/meta/main.yml': 'dependencies: [needed]\n',
      'roles/outer/tasks/main.yml': '- include_role: {name: inner}\n',
      'roles/inner/tasks/main.yml': show,
      'roles/needed/tasks/main.yml': show,
    })
    expect(printed(result)).toEqual([
      ['msg', []],
      ['msg', ['outer']],
    ])
  })

  it('shows a later batch the hosts that an earlier one added; roles are named anew', () => {
    const result = runSite({
      'site.yml':
        '- hosts: web\n  serial: 1\n  gather_facts: false\n  roles: [r]\n  tasks:\n' +
        '    - {name: "on {{ inventory_hostname }}", debug: {msg: "{{ ansible_play_hosts }}"}}\n' +
        '    - {add_host: {name: n1, groups: web}}\n',
      'roles/r/tasks/main.yml': '- {name: "r {{ inventory_hostname }}", set_fact: {v: 1}}\n',
    })
    expect(printed(result).filter(each => Array.isArray(each) && each[0] === 'msg')).toEqual([
      ['msg', ['w1', 'w2']],
      ['msg', ['w1', 'w2', 'n1']],
    ])
    const names = result.plays.map(({ tasks }) => tasks.slice(0, 2).map(({ name }) => name))
    expect(names).toEqual([
      ['r w1', 'on w1'],
      ['r w2', 'on w1'],
    ])
  })

  it('evaluates the name of a block from 2.19 on', () => {
    const site = play('    - {name: "{{ nope }}", block: [{name: a, debug: {var: gone}}]}\n')
    expect(told(runSite({ 'site.yml': site }))).toEqual(['a: w1=ok w2=ok d1=ok'])
    expect(told(runSite({ 'site.yml': site }, { version: '2.19' }))).toEqual([
      'a: w1=failed w2=failed d1=failed',
    ])
  })

  it.each([
    { version: '2.16' as const, status: 4 },
    { version: '2.18' as const, status: 0 },
  ])('judges what an import says is public: $version', ({ version, status }) => {
    const files = {
      'site.yml': play('    - import_role: {name: r, public: true}\n'),
      'roles/r/tasks/main.yml': '- debug: {msg: x}\n',
    }
    expect(runSite(files, { version }).status).toBe(status)
  })

  it('tells hosts that failed in an earlier play by its status', () => {
    const site = (hosts: string): string => `- hosts: ${hosts}\n  gather_facts: false\n  tasks:\n`
    const fail = '    - {name: a, fail: {msg: x}, when: inventory_hostname == "w1"}\n'
    const text = `${site('web')}${fail}${site('db')}    - {name: b, debug: {msg: x}}\n`
    expect(runSite({ 'site.yml': text }).status).toBe(2)
  })

  it('does not hand the condition of an import to the handlers of the play', () => {
    const result = runSite({
      'site.yml': '- import_playbook: other.yml\n  when: r is not defined or r is not changed\n',
      'other.yml':
        '- hosts: w1\n  gather_facts: false\n  handlers: [{name: h, debug: {msg: x}}]\n' +
        '  tasks:\n    - {name: a, debug: {msg: x}, changed_when: true, notify: h, register: r}\n',
    })
    expect(told(result)).toEqual(['a: w1=ok', 'h: w1=ok'])
  })

  it('shows others what stands in the folders of a role, not what its entry sets', () => {
    const result = runSite({
      'site.yml':
        '- hosts: w1\n  gather_facts: false\n  roles: [{role: r, vars: {entry: 1}}]\n' +
        '  tasks: [{debug: {msg: "{{ own }} {{ entry | default(0) }}"}}]\n',
      'roles/r/vars/main.yml': 'own: 2\n',
      'roles/r/tasks/main.yml': '- debug: {msg: "{{ own }} {{ entry }}"}\n',
    })
    expect(printed(result)).toEqual([
      ['msg', '2 1'],
      ['msg', '2 0'],
    ])
  })
})
