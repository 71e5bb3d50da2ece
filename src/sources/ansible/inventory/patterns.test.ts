import { expect, it } from 'vitest'
import { readInventory } from './inventory.ts'
import { hostsOf } from './patterns.ts'
import { defaultSettings } from './settings.ts'

const files = new Map([
  ['hosts', '[web]\nweb[0:3]\n[db]\ndb1\ndb2\n[east]\nweb0\ndb1\n'],
  ['only.txt', 'web1\n\n# no host\ndb\n'],
])

function hosts(pattern: string, limit?: string): readonly string[] | string {
  const inventory = readInventory(files, ['hosts'], defaultSettings('2.18'))
  const matched = hostsOf(inventory, pattern, limit, files)
  return 'error' in matched ? matched.error : matched.hosts.map(({ name }) => name)
}

it.each<[string, readonly string[] | string]>([
  ['web', ['web0', 'web1', 'web2', 'web3']],
  ['db:web0', ['db1', 'db2', 'web0']],
  ['web:&east', ['web0']],
  ['!web', ['db1', 'db2']],
  ['web:!web[0]', ['web1', 'web2', 'web3']],
  ['web[-1]', ['web3']],
  ['web[1:2]', ['web1', 'web2']],
  ['web[2:]', ['web2', 'web3']],
  ['web[0:0]', ['web0']],
  ['web[9]', "No hosts matched the subscripted pattern 'web[9]'"],
  ['web?', ['web0', 'web1', 'web2', 'web3']],
  ['[!wau]*', ['db1', 'db2', 'web0']],
  ['~^d', ['db1', 'db2']],
  ['~[,', 'Invalid host list pattern: ~['],
  ['web0,db1', ['web0', 'db1']],
  ['nope', []],
  ['localhost', ['localhost']],
])('%s', (pattern, want) => {
  expect(hosts(pattern)).toEqual(want)
})

it('a limit filters and keeps the order; its file has one pattern in each line', () => {
  expect(hosts('web', 'db1:web2:web0')).toEqual(['web0', 'web2'])
  expect(hosts('all', '@only.txt')).toEqual(['web1', 'db1', 'db2'])
  expect(hosts('all', '@nope')).toBe("Unable to find limit file b'nope'")
})
