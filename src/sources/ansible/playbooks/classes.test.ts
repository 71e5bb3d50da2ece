import { expect, it } from 'vitest'
import { readInventory } from '../inventory/inventory.ts'
import { defaultSettings } from '../inventory/settings.ts'
import { factsWith } from '../reach/facts.ts'
import { unaskedAnswers } from '../reach/answers.ts'
import { HostClasses } from './classes.ts'
import { type RunResult, runPlaybooks } from './run.ts'

const hosts =
  '[web]\nw1 ip=10.0.0.1\nw2 ip=10.0.0.2\nw3 ip=10.0.0.3\nw4 ip=10.0.0.4 special=yes\n' +
  '[db]\nd1\nd2\n'

function run(
  tasks: string,
  { isInClasses = true, head = 'hosts: all', inventory: written = hosts } = {},
): RunResult {
  const text = `- ${head}\n  gather_facts: false\n  tasks:\n${tasks.replace(/^/gm, '    ')}\n`
  const files = new Map([
    ['hosts.ini', written],
    ['site.yml', text],
    ['one.yml', '- {name: brought, debug: {msg: "{{ who }}"}}\n'],
  ])
  const settings = { ...defaultSettings('2.18'), playbookFolder: '' }
  const inventory = readInventory(files, ['hosts.ini'], settings)
  return runPlaybooks({
    files,
    inventory,
    playbooks: ['site.yml'],
    answers: unaskedAnswers(factsWith(new Map())),
    ...(isInClasses && { classes: new HostClasses(inventory) }),
  })
}

/** Task by task what happened on every host, sorted. */
function told({ plays }: RunResult): readonly string[] {
  // A meta task is told once for each host: what was told of a name is put together.
  const byName = new Map<string, string[]>()
  for (const { name, results } of plays.flatMap(({ tasks }) => tasks)) {
    const own = results.filter(({ is }) => !is.startsWith('item_'))
    const all = own.flatMap(({ host, hosts: each, is }) =>
      (each ?? [host]).map(one => `${one}=${is}`),
    )
    byName.set(name, [...(byName.get(name) ?? []), ...all])
  }
  return [...byName].map(([name, all]) => `${name}: ${all.sort().join(' ')}`)
}

const scenarios: readonly { readonly name: string; readonly tasks: string }[] = [
  {
    name: 'a condition on the name of the host',
    tasks: `- {name: t, debug: {msg: x}, when: "inventory_hostname == groups['web'][0]"}\n- {name: u, debug: {msg: x}, when: "inventory_hostname in groups['db']"}`,
  },
  {
    name: 'a variable that some hosts have',
    tasks: `- {name: t, debug: {msg: x}, when: "special is defined"}\n- {name: u, debug: {msg: x}, when: "special | default('no') == 'yes'"}`,
  },
  {
    name: 'a fact that every host has for itself',
    tasks: `- {name: s, set_fact: {mine: "{{ ip | default('none') }}"}}\n- {name: s2, set_fact: {more: "{{ mine }}-x"}}\n- {name: t, debug: {msg: x}, when: "more == '10.0.0.3-x'"}\n- {name: u, debug: {msg: x}, when: "hostvars['w2'].more == '10.0.0.2-x'"}`,
  },
  {
    name: 'a fact that takes the place of one that hosts had for themselves',
    tasks: `- {name: s, set_fact: {mine: "{{ inventory_hostname }}"}}\n- {name: s2, set_fact: {mine: same}}\n- {name: t, debug: {msg: x}, when: "hostvars['w3'].mine == 'same'"}`,
  },
  {
    name: 'an include of a loop that each host takes part in for itself',
    tasks: `- {name: i, include_tasks: one.yml, loop: "{{ groups['web'] }}", loop_control: {loop_var: who}, when: inventory_hostname == who}`,
  },
  {
    name: 'a host that ends early, and an assertion that one fails',
    tasks: `- {name: e, meta: end_host, when: inventory_hostname == 'w2'}\n- {name: a, assert: {that: "inventory_hostname != 'w3'"}}\n- {name: t, debug: {msg: x}}`,
  },
  {
    name: 'groups that are made from variables',
    tasks: `- {name: g, group_by: {key: "is_{{ special | default('no') }}"}}\n- {name: t, debug: {msg: x}, when: "'is_yes' in group_names"}\n- {name: u, debug: {msg: x}, when: "groups['is_no'] | length == 5"}`,
  },
  {
    name: 'a task that runs once',
    tasks: `- {name: s, set_fact: {first: "{{ inventory_hostname }}"}, run_once: true}\n- {name: t, debug: {msg: x}, when: "hostvars['d2'].first == 'w1'"}\n- {name: u, debug: {msg: x}, when: "ansible_play_hosts | length == 6"}`,
  },
  {
    name: 'a rescue on one host, with its handlers',
    tasks: `- block:\n    - {name: f, fail: {msg: x}, when: "inventory_hostname == 'w3'"}\n    - {name: n, debug: {msg: x}}\n  rescue:\n    - {name: r, debug: {msg: x}}\n- {name: t, debug: {msg: x}}`,
  },
]

it.each(scenarios)('$name: a run in classes tells what a run host by host does', ({ tasks }) => {
  const byHost = run(tasks, { isInClasses: false })
  expect(told(byHost).length).toBeGreaterThan(1)
  expect(told(run(tasks))).toEqual(told(byHost))
})

it('hosts that are alike run once', () => {
  const { plays } = run('- {name: t, debug: {msg: x}}')
  expect(plays[0]?.tasks[0]?.results.map(({ host }) => host)).toEqual(['w1', 'd1'])
})

it('a play on some hosts of a class parts it', () => {
  const { plays } = run('- {name: t, debug: {msg: x}}', { head: 'hosts: web[0]:db' })
  const [result] = plays[0]?.tasks[0]?.results ?? []
  expect(result?.hosts).toEqual(['w1'])
  expect(plays[0]?.targets).toEqual(['w1', 'd1', 'd2'])
})

it('serial parts a play: run_once is the first host of each batch', () => {
  const { plays } = run('- {name: t, run_once: true, debug: {msg: x}}', {
    head: 'hosts: web\n  serial: 3',
  })
  expect(plays.map(({ targets }) => targets)).toEqual([['w1', 'w2', 'w3'], ['w4']])
  expect(plays.map(({ tasks }) => tasks[0]?.results[0]?.host)).toEqual(['w1', 'w4'])
})

it('a play of more batches than are followed stays whole, and they are told', () => {
  const names = Array.from({ length: 30 }, (_, index) => `h${index}\n`).join('')
  const { plays } = run('- {name: t, debug: {msg: x}}', {
    head: 'hosts: many\n  serial: 1',
    inventory: `[many]\n${names}`,
  })
  expect(plays.map(({ targets, batches }) => [targets.length, batches?.length])).toEqual([[30, 30]])
})
