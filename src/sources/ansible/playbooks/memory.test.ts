import { describe, expect, it } from 'vitest'
import { runSite, told } from './testing.ts'

const site = (tasks: string): Readonly<Record<string, string>> => ({
  'site.yml': `- hosts: w1\n  gather_facts: false\n  vars: {a: "{{ b | default('none') }}", b: "{{ c }}"}\n  tasks:\n${tasks}`,
})

const before = '    - {name: before, debug: {msg: x}, when: a == "none"}\n'

describe('a value that is remembered', () => {
  it.each(['2.16', '2.18', '2.19'] as const)(
    'is made anew where a variable came to be that was missing (%s)',
    version => {
      const tasks = `${before}    - {name: set, set_fact: {c: x}}\n    - {name: after, debug: {msg: x}, when: a == "x"}\n`
      expect(told(runSite(site(tasks), { version }))).toEqual([
        'before: w1=ok',
        'set: w1=ok',
        'after: w1=ok',
      ])
    },
  )

  it('is made anew where a variable of another host has changed', () => {
    const files = {
      'site.yml':
        '- hosts: web\n  gather_facts: false\n  vars: {v: "{{ hostvars.w2.f | default(0) }}"}\n  tasks:\n' +
        '    - {name: before, debug: {msg: x}, when: v | int == 0}\n' +
        '    - {name: set, set_fact: {f: 1}, when: inventory_hostname == "w2"}\n' +
        '    - {name: after, debug: {msg: x}, when: v | int == 1}\n',
    }
    expect(told(runSite(files))).toEqual([
      'before: w1=ok w2=ok',
      'set: w1=skipped w2=ok',
      'after: w1=ok w2=ok',
    ])
  })
})
