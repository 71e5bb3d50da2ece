// Helm charts, rendered by the user's own `helm template`. Positions are those of the rendered
// text, which names the template of each object in a comment.

import type { Problem } from '../base/problem.ts'
import type { LoadContext, Place, Source, SourceResult, ToolResult } from './framework.ts'
import { objectsOf } from './objects.ts'
import { codes, errorAt, type ProblemText, warningAt } from './problems.ts'
import { sourceFile } from './source-object.ts'
import { readText } from './yaml/read.ts'

export const helm = {
  name: 'helm',
  doc: 'A chart, rendered by your own helm with the values files that seatrial.yaml names.',
  detect: place =>
    place.type === 'folder' && place.entries.includes('Chart.yaml') ? 'certain' : 'no',
  load: loadChart,
} satisfies Source

function loadChart(place: Place, context: LoadContext): SourceResult {
  const { values = [], release = releaseOf(place.path) } = context.chart ?? {}
  const files = values.flatMap(file => ['--values', file])
  const args = ['template', release, place.path, '--namespace', context.namespace, ...files]
  const result = context.run('helm', args, context.toolTimeoutMs)
  if (result.status !== 0) return { objects: [], problems: [failure(place, result)] }
  const text = readText(sourceFile(`helm template ${place.path}`, result.stdout))
  const found = objectsOf(text.documents, false)
  return { objects: found.objects, problems: [...text.problems, ...found.problems] }
}

function releaseOf(path: string): string {
  const name = path.split('/').findLast(part => part !== '' && part !== '.' && part !== '..')
  return name ?? 'release'
}

// A chart that was only found in a folder costs its objects, not the run.
function failure(place: Place, result: ToolResult): Problem {
  const location = { file: `${place.path}/Chart.yaml` }
  const at = place.isNamed ? errorAt : warningAt
  if (result.status === 'missing') return at(codes.toolMissing, location, missing(place))
  if (result.status === 'timeout') {
    return at(codes.toolTimeout, location, {
      what: `helm template ${place.path} did not finish in time`,
      why: 'it was stopped; the objects of this chart are not judged',
      todo: 'run it by hand to see what it waits for',
    })
  }
  const lines = result.stderr.split('\n').filter(line => line.trim() !== '')
  return at(codes.toolFailed, location, {
    what: `helm template ${place.path} fails`,
    why: `${lines.at(-1) ?? `exit status ${result.status}`}; its objects are not judged`,
    todo: 'correct the chart or name its values in seatrial.yaml: {helm: DIR, values: [FILE]}',
  })
}

function missing(place: Place): ProblemText {
  return {
    what: 'helm is not installed',
    why: `${place.path} is a chart, which Seatrial renders with your own helm`,
    todo: 'install helm, or render it elsewhere and check the result: helm template . | seatrial check -',
  }
}
