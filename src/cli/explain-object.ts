// `explain` of an object or of one finding: runs the trials and tells what concerns it, in full.

import { nearest } from '../base/nearest.ts'
import { makingsIn, originOf } from '../explain/origins.ts'
import type { Finding, Report, ReportObject } from '../explain/report.ts'
import { type Loaded, platformOf } from '../index.ts'
import { formatPath } from '../kube/field-path.ts'
import { kindKeyOf, kinds } from '../kube/kinds.ts'
import type { ObjectRef } from '../kube/object.ts'
import { findingText } from '../reports/finding-text.ts'
import type { ReportContext } from '../reports/framework.ts'
import { placeText } from '../reports/frame.ts'
import { columns } from '../reports/columns.ts'
import { bySeverity, countsText, objectText } from '../reports/words.ts'
import type { SourceObject } from '../sources/source-object.ts'

/** kubectl's short names of the kinds that people ask about most. */
const shortNames: Readonly<Record<string, string>> = {
  cj: 'CronJob',
  cm: 'ConfigMap',
  deploy: 'Deployment',
  ds: 'DaemonSet',
  hpa: 'HorizontalPodAutoscaler',
  ing: 'Ingress',
  ns: 'Namespace',
  pdb: 'PodDisruptionBudget',
  po: 'Pod',
  pvc: 'PersistentVolumeClaim',
  sa: 'ServiceAccount',
  sc: 'StorageClass',
  sts: 'StatefulSet',
  svc: 'Service',
}

/** Whether a word names an object: `Deployment/argocd/web`, `deploy/web`. */
export function namesObject(word: string): boolean {
  return /^[A-Za-z][\w.]*\/[^/\s]+(\/[^/\s]+)?$/.test(word)
}

/** Whether a word is the id of one finding. */
export function namesFinding(word: string): boolean {
  return /^ST\d{4}-[0-9a-f]{8}$/i.test(word)
}

function kindOf(word: string): string {
  const lower = word.toLowerCase()
  const known = [...kinds.values()].find(
    ({ kind, plural }) => kind.toLowerCase() === lower || plural === lower,
  )
  return known?.kind ?? shortNames[lower] ?? word
}

/** The objects that a word names; without a namespace those of any. */
export function objectsNamed(
  word: string,
  objects: readonly SourceObject[],
): readonly SourceObject[] {
  const [first = '', ...rest] = word.split('/')
  const kind = kindOf(first)
  const name = rest.at(-1)
  const namespace = rest.length > 1 ? rest[0] : undefined
  return objects.filter(
    ({ object }) =>
      object.kind === kind &&
      object.metadata.name === name &&
      (namespace === undefined || object.metadata.namespace === namespace),
  )
}

/** The object that a word means, whether a file has it or a controller makes it. */
export function refNamed(word: string, objects: readonly SourceObject[]): ObjectRef {
  const [item] = objectsNamed(word, objects)
  if (item !== undefined) {
    const { namespace, name = '' } = item.object.metadata
    return { kind: kindKeyOf(item.object), name, ...(namespace !== undefined && { namespace }) }
  }
  const [first = '', ...rest] = word.split('/')
  const kind = kindOf(first)
  const name = rest.at(-1) ?? ''
  const isNamespaced = kinds.get(kind)?.namespaced ?? true
  const namespace = rest.length > 1 ? (rest[0] ?? '') : 'default'
  return { kind, name, ...(isNamespaced && { namespace }) }
}

/** An object that an operator makes of one of the files' resources. */
interface MadeObject extends SourceObject {
  /** `argocd-operator for ArgoCD argocd/argocd`. */
  readonly madeBy: string
}

/** What operators make of the files' resources; its fields are at home in those. */
export function madeObjects(loaded: Loaded): readonly MadeObject[] {
  return makingsIn(platformOf(loaded, {})).map(making => {
    const { operator, kept } = making
    const resource = making.resource as SourceObject
    const { kind, metadata } = resource.object
    const name = [metadata.namespace, metadata.name].filter(part => part !== undefined).join('/')
    return {
      object: kept.object,
      source: resource.source,
      madeBy: `${operator.name} for ${kind} ${name}`,
      locate: path =>
        originOf(making, typeof path === 'string' ? path : formatPath(path))?.location ??
        resource.locate('metadata.name'),
      range: () => undefined,
    }
  })
}

/** What may have been meant by a word that names nothing. */
export function objectHint(word: string, objects: readonly SourceObject[]): string {
  const words = objects.map(({ object: { kind, metadata } }) =>
    [kind, metadata.namespace, metadata.name].filter(part => part !== undefined).join('/'),
  )
  const [kind = '', ...rest] = word.split('/')
  const near = nearest([kindOf(kind), ...rest].join('/'), words)
  return near === undefined ? 'none of the files has it' : `did you mean ${near}?`
}

/** Where an object is written, how each trial went for it, and every finding about it. */
export function objectReport(item: SourceObject, report: Report, context: ReportContext): string {
  const { kind, metadata } = item.object
  const { namespace, name = '' } = metadata
  const object = { kind, name, ...(namespace !== undefined && { namespace }) }
  const findings = bySeverity(report.findings.filter(finding => concerns(finding, object)))
  const rows = report.trials.map(trial => {
    const own = findings.filter(each => each.trial === trial.name)
    const quiet = trial.outcome === 'inconclusive' ? 'inconclusive' : 'nothing to tell'
    return [trial.name, countsText(own) || quiet]
  })
  const by = 'madeBy' in item ? `  made by ${(item as MadeObject).madeBy}` : ''
  const head = `${objectText(object)}  ${placeText(item.locate('metadata.name'))}${by}\n`
  const told = findings.map(finding => `\n${findingText(finding, context)}\n`)
  return [head, columns(rows), ...told].join('')
}

/** The same as data: how each trial went, and every finding about the object. */
export function objectData({ object: { kind, metadata } }: SourceObject, report: Report): object {
  const { namespace, name = '' } = metadata
  const object = { kind, name, ...(namespace !== undefined && { namespace }) }
  const findings = report.findings.filter(finding => concerns(finding, object))
  const trials = report.trials.map(({ name: trial, outcome }) => ({ trial, outcome }))
  return { object, trials, findings }
}

function concerns({ object, workload, causes }: Finding, wanted: ReportObject): boolean {
  const text = objectText(wanted)
  if ([object, workload ?? object].some(each => objectText(each) === text)) return true
  return causes.some(({ code, facts }) => {
    const same = facts['workloads']
    if (code === 'same-cause') return Array.isArray(same) && same.map(String).includes(text)
    return wanted.kind === 'PodDisruptionBudget' && facts['budget'] === wanted.name
  })
}
