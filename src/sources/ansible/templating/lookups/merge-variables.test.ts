import { expect, it } from 'vitest'
import { runSite } from '../../playbooks/testing.ts'

function valueOf(vars: string, call: string): unknown {
  const text = `- hosts: w1\n  gather_facts: false\n  vars: ${vars}\n  tasks:\n    - {name: t, debug: {msg: "{{ ${call} }}"}}\n`
  const [trace] = runSite({ 'site.yml': text }, { version: '2.19' }).plays[0]?.tasks ?? []
  const [result] = trace?.results ?? []
  return result?.printed?.get('msg') ?? result?.message
}

const lookup = "lookup('community.general.merge_variables', '^a__.+$'"

it('joins lists of all variables whose names match, by name', () => {
  expect(valueOf('{a__z: [3], a__b: [1, 2], ba__c: [9]}', `${lookup})`)).toEqual([1, 2, 3])
})

it('begins with the value that is given', () => {
  expect(valueOf('{a__z: [3]}', `${lookup}, initial_value=[0])`)).toEqual([0, 3])
})

it('refuses two values of one key', () => {
  expect(valueOf('{a__y: {k: 1}, a__z: {k: 2}}', `${lookup})`)).toContain('will be overwritten')
  expect(valueOf('{a__y: {k: 1}, a__z: {k: 2}}', `${lookup}, override='ignore')['k']`)).toBe(2)
})
