import { expect, it } from 'vitest'
import { splitWords } from './shlex.ts'

it.each<[string, string, readonly string[] | string]>([
  ['blanks part words', ' a  b\tc ', ['a', 'b', 'c']],
  ['quotes vanish and keep blanks', 'a="x y" b=\'z w\'', ['a=x y', 'b=z w']],
  ['empty quotes are a word', "a '' b", ['a', '', 'b']],
  ['a hash cuts a word', 'x=1#2 y', ['x=1']],
  ['a hash in quotes does not', 'x="1#2" y', ['x=1#2', 'y']],
  ['a backslash outside quotes vanishes', 'a\\b c\\ d', ['ab', 'c d']],
  ['in double quotes only before quote and itself', '"a\\"b\\\\c\\d"', ['a"b\\c\\d']],
  ['in single quotes it is a character', "'a\\b'", ['a\\b']],
  ['an open quote is an error', 'a "b', 'No closing quotation'],
  ['a lone backslash at the end is an error', 'a\\', 'No escaped character'],
])('%s', (_, line, want) => {
  const got = splitWords(line)
  expect('words' in got ? got.words.map(({ text }) => text) : got.error).toEqual(want)
})

it('says where words begin', () => {
  const got = splitWords('h1  a="1"')
  expect('words' in got && got.words.map(({ offset }) => offset)).toEqual([0, 4])
})
