import { expect, it } from 'vitest'
import { unifiedDiff } from './unified-diff.ts'

const lines = (...numbers: readonly (number | string)[]): string => numbers.join('\n')

it('shows a changed line with three lines around it', () => {
  const before = lines(1, 2, 3, 4, 5, 6, 7, 8, 9)
  const after = lines(1, 2, 3, 4, 'x', 6, 7, 8, 9)
  expect(unifiedDiff(before, after)).toBe('@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n')
})

it('says nothing of equal texts', () => {
  expect(unifiedDiff('a\nb', 'a\nb')).toBe('')
})
