import { expect, it } from 'vitest'
import { usesColor } from './io.ts'
import { fakeIo } from './testing.ts'

const cases = [
  { name: 'a terminal', when: 'auto', env: {}, terminal: true, want: true },
  { name: 'a pipe', when: 'auto', env: {}, terminal: false, want: false },
  { name: 'NO_COLOR', when: 'auto', env: { NO_COLOR: '1' }, terminal: true, want: false },
  { name: 'an empty NO_COLOR', when: 'auto', env: { NO_COLOR: '' }, terminal: true, want: true },
  { name: 'FORCE_COLOR', when: 'auto', env: { FORCE_COLOR: '1' }, terminal: false, want: true },
  { name: 'FORCE_COLOR=0', when: 'auto', env: { FORCE_COLOR: '0' }, terminal: true, want: false },
  { name: 'TERM=dumb', when: 'auto', env: { TERM: 'dumb' }, terminal: true, want: false },
  { name: '--color', when: 'always', env: { NO_COLOR: '1' }, terminal: false, want: true },
  { name: '--color never', when: 'never', env: { FORCE_COLOR: '1' }, terminal: true, want: false },
] as const
it.each(cases)('$name: colour is $want', ({ when, env, terminal, want }) => {
  expect(usesColor(when, fakeIo(env), terminal)).toBe(want)
})
