// Manifests: YAML and JSON files and the standard input, as `kubectl apply -f` reads them.
// Upstream: k8s.io/cli-runtime pkg/resource/visitor.go, v0.36.3.

import { objectsOf } from './objects.ts'
import type { Place, Source, SourceResult } from './framework.ts'
import { codes, errorAt } from './problems.ts'

/** Scripted trials lie beside manifests and are run by name. */
const trialFile = /\.trial\.ya?ml$/

const extensions = /\.(?:ya?ml|json)$/

export const manifests = {
  name: 'manifests',
  doc: 'Kubernetes objects in YAML or JSON, several in one file, in lists or from the standard input.',
  detect: place => (isManifestFile(place) ? 'possible' : 'no'),
  load: loadManifests,
} satisfies Source

/** Whether a place may hold manifests: named by the user, or a file of their extension. */
export function isManifestFile(place: Place): boolean {
  if (place.type === 'folder') return false
  return place.isNamed || (extensions.test(place.path) && !trialFile.test(place.path))
}

function loadManifests(place: Place): SourceResult {
  const text = place.read()
  const found = objectsOf(text.documents, place.isNamed)
  const isEmpty = text.documents.every(({ value }) => value === null) && text.problems.length === 0
  const problems = [...text.problems, ...found.problems]
  if (isEmpty && place.isNamed) {
    problems.push(
      errorAt(
        codes.emptyFile,
        { file: place.path },
        {
          what: place.type === 'stdin' ? 'the standard input is empty' : 'this file holds nothing',
          why: 'there is no object to judge',
          todo: 'name a file with Kubernetes objects',
        },
      ),
    )
  }
  const isForeign = found.objects.length === 0 && problems.length === 0
  return { objects: found.objects, problems, skippedFiles: isForeign ? 1 : 0 }
}
