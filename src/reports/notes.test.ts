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

it('lists kinds with the same effect below it, the first of many', () => {
  const unmodelled = Array.from({ length: 11 }, (_, index) => ({
    kind: `K${index}.x.io`,
    count: 1,
    effect: 'kept',
  }))
  const lines = notesText({ ...cleanReport, unmodelled }, context).split('\n')
  expect(lines.slice(0, 2)).toEqual(['not modelled: 11 kinds (kept)', '  1 K0.x.io'])
  expect(lines.slice(-3)).toEqual(['  1 K7.x.io', '  and 3 more kinds; -v shows all', ''])
})

it('says where the first object of a kind is written, and what may have been meant', () => {
  const kind = { count: 2, effect: 'kept', locations: [{ file: 'a.yaml', line: 3, column: 1 }] }
  const unmodelled = [{ ...kind, kind: 'Ingres (x/v1)', hint: 'Ingress (networking.k8s.io/v1)' }]
  expect(notesText({ ...cleanReport, unmodelled }, context)).toBe(
    'not modelled: 2 Ingres (x/v1), first at a.yaml:3:1; did you mean Ingress (networking.k8s.io/v1)? (kept)\n',
  )
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
