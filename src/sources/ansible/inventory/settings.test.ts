import { expect, it } from 'vitest'
import { defaultSettings, readConfiguration, withConfiguration } from './settings.ts'

it('reads the settings of inventories from an ansible.cfg', () => {
  const values = readConfiguration(
    '# comment\n[defaults]\ninventory = inv/hosts.yml ; the usual one\nhash_behaviour=merge\n' +
      '[ssh_connection]\npipelining = True\n[inventory]\nignore_extensions = .a,\n  .b\n' +
      'any_unparsed_is_failed: yes\n',
  )
  expect(values).toEqual({
    inventory: 'inv/hosts.yml',
    hash_behaviour: 'merge',
    ignore_extensions: '.a,\n.b',
    any_unparsed_is_failed: 'yes',
  })
  const settings = withConfiguration(defaultSettings('2.18'), values)
  expect(settings.hashBehaviour).toBe('merge')
  expect(settings.ignoredEndings).toEqual(['.a', '.b'])
  expect(settings.anyUnparsedIsFailed).toBe(true)
})

it('keeps what it knows where a setting has a wrong value', () => {
  const settings = defaultSettings('2.18')
  expect(withConfiguration(settings, { hash_behaviour: 'deep', unknown: 'x' })).toEqual(settings)
})
