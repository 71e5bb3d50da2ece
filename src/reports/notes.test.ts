import { expect, it } from 'vitest'
import { notesText, problemsText } from './notes.ts'
import { cleanReport, context, sampleReport } from './testing.ts'

it('names problems, assumptions and what is not modelled', () => {
  const lines = notesText(sampleReport, context).split('\n')
  expect(lines[0]).toBe('✗ ST0105 bad indentation')
  expect(lines.slice(-3)).toEqual([
    'assumed 2 nodes: nothing says what nodes there are',
    'not modelled: 3 Certificate.cert-manager.io (nothing acts on it)',
    '',
  ])
})

it('puts many kinds into one line', () => {
  const unmodelled = Array.from({ length: 11 }, (_, index) => ({
    kind: `K${index}.x.io`,
    count: 1,
    effect: 'kept',
  }))
  const text = notesText({ ...cleanReport, unmodelled }, context)
  expect(text).toMatch(/^not modelled: 1 K0.x.io, .*1 K7.x.io, 3 more kinds \(kept\)\n$/)
})

it('is empty when there is nothing to say', () => {
  expect(notesText(cleanReport, context)).toBe('')
})

it('tells the first of many warnings with one code, all of them when asked', () => {
  const [problem] = sampleReport.problems
  const problems = Array.from({ length: 9 }, (_, index) => ({
    ...problem!,
    severity: 'warning' as const,
    text: `warning ${index}`,
  }))
  const marks = (showInfo: boolean): number =>
    problemsText(problems, { ...context, showInfo }).split('! ST0105').length - 1
  expect([marks(false), marks(true)]).toEqual([3, 9])
  expect(problemsText(problems, context)).toContain('  6 more ST0105; -v shows all\n')
})
