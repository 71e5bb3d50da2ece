import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { survivalReporters } from './registry.ts'
import { sampleSurvival } from './testing.ts'

const context = { color: false, sourceText: () => undefined }

function rendered(format: string, more: object = {}): string {
  return survivalReporters.get(format)?.(sampleSurvival, { ...context, ...more }) ?? ''
}

describe('text', () => {
  it('is a table of rows against losses, then the worst case in words', () => {
    const squeezed = rendered('text').replace(/ {2,}/g, '  ').split('\n')
    expect(squeezed.slice(1)).toEqual([
      '',
      '  SECONDS DOWN  n1  n2  QUORUM  SLA',
      '✗ StatefulSet shop/db  ~ever q  ~ever  1 of 3, needs 2: lost ever  60 kept',
      '✗ kube-system/kube-dns  0  346.2  60 broken',
      '',
      '✓ 1 row more feels no loss',
      'no ready endpoint after the install: shop/none',
      '',
      'worst: kube-system/kube-dns when node n2 is lost',
      '  00:00 n2 lost · 00:46 NotReady · 05:46 evicted · 05:46 bound to n1 · 05:49 ready',
      '',
    ])
    expect(squeezed[0]).toMatch(/^3 rows, loss of 2 nodes \(1 more fare alike\) on \d nodes?, Kub/)
  })

  it('-v shows rows that feel nothing too', () => {
    expect(rendered('text', { showInfo: true })).toMatch(/^✓ shop\/web +0 +0/m)
  })

  it('sums up many losses', () => {
    const [strike] = sampleSurvival.strikes
    const strikes = Array.from({ length: 9 }, (_, index) => ({
      ...(strike as NonNullable<typeof strike>),
      name: `n${index + 1}`,
    }))
    const text = survivalReporters.get('text')?.({ ...sampleSurvival, strikes }, context) ?? ''
    expect(text).toMatch(/SECONDS DOWN +WORST CASE +DOWN +DEGRADED +LOSSES FELT/)
    expect(text).toMatch(/kube-dns +node n2 +346.2 +0 +1 of 9/)
  })

  it('says why nothing was struck', () => {
    const text = survivalReporters.get('text')?.(
      { ...sampleSurvival, rows: [], strikes: [], skipped: 'there is only one node' },
      context,
    )
    expect(text).toContain('nothing was struck')
  })

  it('ends with the command that repeats it', () => {
    expect(rendered('text', { command: 'seatrial survive x' })).toMatch(
      /again: seatrial survive x\n$/,
    )
  })
})

it('wide has one line for each row and loss', () => {
  const lines = rendered('wide').trimEnd().split('\n')
  expect(lines).toHaveLength(1 + 3 * 2)
  expect(lines[4]).toMatch(/^Service kube-system\/kube-dns +node n2 +346.2 +0 +46 +60 broken$/)
})

it('table has the worst loss of each row', () => {
  expect(rendered('table')).toMatch(/^error +Service kube-system\/kube-dns +node n2 +346.2 +0/m)
})

it('markdown is a table and a sentence', () => {
  const text = rendered('markdown')
  expect(text).toContain('| ✗ kube-system/kube-dns | node n2 | 346.2 | 0 |  | 60 broken |')
  expect(text).toContain('Worst: kube-system/kube-dns when node n2 is lost: 00:00 n2 lost')
})

it('name lists objects as kubectl does', () => {
  expect(rendered('name')).toBe('statefulset/db\nservice/kube-dns\nservice/web\n')
})

it('json and yaml are the same document', () => {
  expect(JSON.parse(rendered('json'))).toEqual(sampleSurvival)
  expect(load(rendered('yaml'))).toEqual(sampleSurvival)
})
