// Otomi values, later those of APL, become what they place workloads with: namespaces, the
// mutations or the policy of their release, and the ArgoCD resource.
// Upstream: linode/apl-core v2.3.0 to v6.2.1, values/ and charts/gatekeeper-artifacts.

import type { Location, Problem } from '../../base/problem.ts'
import { sortedStrings } from '../../base/compare.ts'
import { formatPath, type PathPart, pathParts } from '../../kube/field-path.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { JsonObject } from '../../kube/patch/json.ts'
import type { Assumption } from '../../trials/spec.ts'
import type { Place, Source, SourceResult } from '../framework.ts'
import { isMapping } from '../objects.ts'
import { codes, errorAt, type ProblemText, warningAt } from '../problems.ts'
import type { SourceObject } from '../source-object.ts'
import { argoCdResource, imageUpdater } from './argo-cd.ts'
import { namespacesOf, uncheckedIn } from './namespaces.ts'
import { gatekeeperConfig, type Labels, mutationsOf, nodeSelectorPolicy } from './placement.ts'
import { type Release, releaseAssumed, releaseOf } from './releases.ts'
import { look, placeOf, type Values, valuesIn } from './values.ts'

export const otomi = {
  name: 'otomi',
  doc: 'Values of Otomi or APL: namespaces, mutations of their release, the ArgoCD resource.',
  detect: place => (valuesIn(place) === undefined ? 'no' : 'certain'),
  load: loadValues,
} satisfies Source

interface Reading {
  readonly values: Values
  readonly problems: Problem[]
  readonly assumptions: Assumption[]
  readonly notes: string[]
}

function loadValues(place: Place): SourceResult {
  const values = valuesIn(place)
  if (values === undefined) return { objects: [], problems: [] }
  const problems = [...values.problems]
  const reading: Reading = { values, problems, assumptions: [], notes: [] }
  const release = releaseFrom(reading)
  const labels = labelsFrom(reading)
  const teams = teamsFrom(reading)
  const objects = [
    ...namespaces(reading, release, teams),
    ...placement(reading, { release, labels, teams }),
    ...argoCd(reading, release, labels),
  ]
  const { assumptions, notes } = reading
  return { objects, problems, assumptions, notes }
}

type Path = readonly PathPart[]

function wrong(reading: Reading, path: Path, words: ProblemText): void {
  const at = placeOf(reading.values, path)
  reading.problems.push(errorAt(codes.otomiValues, at, words))
}

function doubtful(reading: Reading, path: Path, words: ProblemText): void {
  const at = placeOf(reading.values, path)
  reading.problems.push(warningAt(codes.otomiValues, at, words))
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value)
}

function mapping(reading: Reading, path: Path): JsonObject {
  const found = look(reading.values, path)
  if (found === undefined || found.value === null) return {}
  if (isMapping(found.value)) return found.value as JsonObject
  wrong(reading, path, {
    what: `${formatPath(path)} must be a mapping, not ${shown(found.value)}`,
    why: 'its fields cannot be read',
    todo: 'write its fields below it, one per line',
  })
  return {}
}

function text(reading: Reading, path: Path): string | undefined {
  const found = look(reading.values, path)
  if (found === undefined || found.value === null) return undefined
  if (typeof found.value === 'string') return found.value
  wrong(reading, path, {
    what: `${formatPath(path)} must be a text, not ${shown(found.value)}`,
    todo: `put it in quotes: "${String(found.value)}"`,
  })
  return undefined
}

function flag(reading: Reading, path: Path, otherwise: boolean): boolean {
  const found = look(reading.values, path)
  if (found === undefined || found.value === null) return otherwise
  if (typeof found.value === 'boolean') return found.value
  wrong(reading, path, {
    what: `${formatPath(path)} must be true or false, not ${shown(found.value)}`,
    todo: 'write true or false without quotes',
  })
  return otherwise
}

function releaseFrom(reading: Reading): Release {
  const { values } = reading
  const written = text(reading, ['otomi', 'version'])
  const found = written === undefined ? undefined : releaseOf(written)
  if (found !== undefined) return found
  const assumed = values.isLater ? releaseAssumed.later : releaseAssumed.earlier
  const what = written === undefined ? 'no release is named' : `"${written}" is no release`
  const isOld = written !== undefined && /^v?\d/.test(written)
  doubtful(reading, ['otomi', 'version'], {
    what: isOld ? `the mutations of "${written}" are not known` : `otomi.version: ${what}`,
    why: `what places workloads depends on it; ${assumed} is taken instead`,
    todo: 'write the release, such as version: v2.8.1',
  })
  return releaseOf(assumed) as Release
}

const label = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/

function labelsFrom(reading: Reading): Labels {
  const path = ['otomi', 'nodeSelector']
  mapping(reading, ['otomi'])
  const labels: Record<string, string> = {}
  for (const [key, value] of Object.entries(mapping(reading, path))) {
    if (typeof value === 'string' && label.test(value)) labels[key] = value
    else {
      wrong(reading, [...path, key], {
        what: `otomi.nodeSelector.${key} must be the text of a label, not ${shown(value)}`,
        why: 'the templates write it without quotes, and Kubernetes refuses anything but a text',
        todo: 'choose a label whose value is a plain word, and label the nodes with it',
      })
    }
  }
  return labels
}

const teamId = /^[a-z0-9]([-a-z0-9]*[a-z0-9])+$/

function teamsFrom(reading: Reading): readonly string[] {
  const path = ['teamConfig']
  const { branches } = reading.values
  // Later releases have one file for each team: the tree has no single place that lists them.
  const later = branches.flatMap(({ to }) => (to[0] === 'teamConfig' && to[1] ? [to[1]] : []))
  const named = later.length > 0 ? later : Object.keys(mapping(reading, path))
  return sortedStrings(named).filter(team => isTeam(reading, [...path, team], team))
}

function isTeam(reading: Reading, path: Path, team: string): boolean {
  if (!teamId.test(team)) {
    wrong(reading, path, {
      what: `"${team}" is no id of a team`,
      why: 'the name of its namespace is made of it: lower case letters, digits and dashes',
      todo: 'give the team another id',
    })
    return false
  }
  const { value } = look(reading.values, path) ?? { value: undefined }
  if (reading.values.isLater || value === null || value === undefined) return true
  const id = mapping(reading, path)['id']
  // The team of administrators is always there and needs none.
  const isGiven = id === team || (team === 'admin' && id === undefined)
  if (isGiven || !isMapping(value)) return true
  doubtful(reading, [...path, 'id'], {
    what:
      id === undefined
        ? `team ${team} has no id`
        : `team ${team} has the id ${shown(id)}, which differs from its key`,
    why: 'namespaces and mutations go by the key, other parts of the platform by the id',
    todo: `write id: ${team}`,
  })
  return true
}

/** A list of texts; other items are a problem. */
function list(reading: Reading, path: Path): readonly string[] {
  const found = look(reading.values, path)
  if (found === undefined || found.value === null) return []
  if (Array.isArray(found.value) && found.value.every(item => typeof item === 'string')) {
    return found.value as readonly string[]
  }
  wrong(reading, path, {
    what: `${formatPath(path)} must be a list of names, not ${shown(found.value)}`,
    todo: 'write one name per line, each after a dash',
  })
  return []
}

/** Where the fields of a made object come from: the longest path that fits wins. */
type Places = Readonly<Record<string, Path>>

/** An object that the templates make; its fields are at home in the values. */
function placed({ values }: Reading, object: KubeObject, places: Places): SourceObject {
  const paths = Object.keys(places).sort((a, b) => b.length - a.length)
  const locate = (path: string | readonly PathPart[]): Location => {
    const written = typeof path === 'string' ? path : formatPath(path)
    const prefix = paths.find(each => written === each || below(written, each)) ?? ''
    const rest = written.slice(prefix.length).replace(/^\./, '')
    const inside = rest === '' ? [] : pathParts(rest)
    return { ...placeOf(values, [...(places[prefix] ?? []), ...inside]), path: written }
  }
  return { object, source: values.source, locate, range: () => undefined }
}

function below(path: string, above: string): boolean {
  return path.startsWith(above) && /^[.[]/.test(path.slice(above.length))
}

function namespaces(
  reading: Reading,
  release: Release,
  teams: readonly string[],
): readonly SourceObject[] {
  return namespacesOf(release, teams).map(object => {
    const team = /^team-(.*)$/.exec(object.metadata.name ?? '')?.[1]
    return placed(reading, object, { '': team === undefined ? ['otomi'] : ['teamConfig', team] })
  })
}

interface Given {
  readonly release: Release
  readonly labels: Labels
  readonly teams: readonly string[]
}

const selector: Path = ['otomi', 'nodeSelector']

function placement(reading: Reading, { release, labels, teams }: Given): readonly SourceObject[] {
  if (Object.keys(labels).length === 0) return []
  if (release.by === 'kyverno') {
    const policy = nodeSelectorPolicy(labels)
    const at = 'spec.rules[0].mutate.patchStrategicMerge.spec.nodeSelector'
    return [placed(reading, policy, { '': selector, [at]: selector })]
  }
  // The chart switches Gatekeeper on for the sake of a nodeSelector, whatever else is said of it.
  const excluded = list(reading, ['apps', 'gatekeeper', 'excludedNamespaces'])
  const config = gatekeeperConfig(uncheckedIn(release, excluded))
  return [
    placed(reading, config, { '': ['apps', 'gatekeeper', 'excludedNamespaces'] }),
    ...mutationsOf(release, labels, teams).map(object =>
      placed(reading, object, {
        '': selector,
        'spec.match.namespaces': ['teamConfig'],
        'spec.match.excludedNamespaces': ['teamConfig'],
      }),
    ),
  ]
}

const app: Path = ['apps', 'argocd']

function argoCd(reading: Reading, release: Release, labels: Labels): readonly SourceObject[] {
  if (!flag(reading, [...app, 'enabled'], true)) return []
  if (!release.hasArgoCdResource) {
    reading.notes.push(
      `Argo CD of ${release.text} comes from its chart: name the rendered manifests to have it tried`,
    )
    return []
  }
  const isPlaced = release.placesArgoCd && Object.keys(labels).length > 0
  const domain = text(reading, ['cluster', 'domainSuffix']) ?? 'example.com'
  const object = argoCdResource({
    autoscaling: scaling(reading),
    resources: mapping(reading, [...app, 'resources']),
    domain,
    issuer: text(reading, ['_derived', 'oidcBaseUrl']) ?? `https://keycloak.${domain}/realms/otomi`,
    clientId: text(reading, ['apps', 'keycloak', 'idp', 'clientID']) ?? 'otomi',
    isMultitenant: flag(reading, ['otomi', 'isMultitenant'], true),
    nodeSelector: isPlaced ? labels : undefined,
  })
  const places: Places = {
    '': app,
    'spec.nodePlacement.nodeSelector': selector,
    'spec.server.autoscale': [...app, 'autoscaling'],
    'spec.server.autoscale.hpa': [...app, 'autoscaling'],
    'spec.server.resources': [...app, 'resources', 'server'],
    'spec.controller.resources': [...app, 'resources', 'controller'],
    'spec.repo.resources': [...app, 'resources', 'repo'],
    'spec.redis.resources': [...app, 'resources', 'redis'],
  }
  return [
    placed(reading, object, places),
    ...imageUpdater().map(each => placed(reading, each, { '': app })),
  ]
}

function scaling(reading: Reading): JsonObject {
  const path = [...app, 'autoscaling']
  const given = mapping(reading, path)
  const counts = ['minReplicas', 'maxReplicas'].filter(name => name in given)
  for (const name of counts) {
    const value = given[name]
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) continue
    wrong(reading, [...path, name], {
      what: `${formatPath(path)}.${name} must be a whole number above 0, not ${shown(value)}`,
      todo: 'write a number without quotes, such as 2',
    })
  }
  if ('enabled' in given) flag(reading, [...path, 'enabled'], false)
  return given
}
