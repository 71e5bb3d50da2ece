// An AnalysisRun from the templates that a Rollout names.
// Port of argo-rollouts v1.8.3 rollout/analysis.go, utils/analysis/{helpers,factory}.go.

import { errorText, isAlreadyExists } from '../../../controllers/failures.ts'
import { sameValue } from '../../../controllers/equality.ts'
import type { Api, Part } from '../../../controllers/framework.ts'
import { controllerRefOf } from '../../../controllers/pod-control.ts'
import { controllerOf, keyFrom, keyOf } from '../../../kube/object.ts'
import { revisionAnnotation } from '../annotations.ts'
import { hashOf } from '../replica-sets.ts'
import { type Sync, SyncError } from '../sync.ts'
import { podHashLabel, type Rollout } from '../types.ts'
import {
  type AnalysisRun,
  type AnalysisTemplate,
  type Argument,
  isOver,
  type RolloutAnalysis,
  type RolloutArgument,
  runKind,
  type TemplateRef,
} from './types.ts'

/** Which template a run comes from; the twin's own note, for those who read its findings. */
export const templateAnnotation = 'seatrial.dev/analysis-template'

const namespaced = 'AnalysisTemplate.argoproj.io'
const clusterWide = 'ClusterAnalysisTemplate.argoproj.io'

interface Found {
  readonly templates: readonly AnalysisTemplate[]
  /** The first that is not there. */
  readonly absent?: { readonly kind: string; readonly name: string }
}

/** The templates named, and those that they name: each once, those of the namespace first. */
export function* templatesOf(
  api: Api,
  namespace: string | undefined,
  refs: readonly TemplateRef[],
): Part<Found> {
  const found = new Map<string, AnalysisTemplate>()
  const queue = [...refs]
  for (let ref = queue.shift(); ref !== undefined; ref = queue.shift()) {
    const kind = ref.clusterScope === true ? clusterWide : namespaced
    const key = ref.clusterScope === true ? ref.templateName : keyFrom(namespace, ref.templateName)
    if (found.has(`${kind} ${key}`)) continue
    const template = yield* api.get<AnalysisTemplate>(kind, key)
    if (template === undefined) {
      const [plainKind = kind] = kind.split('.')
      return { templates: [], absent: { kind: plainKind, name: ref.templateName } }
    }
    found.set(`${kind} ${key}`, template)
    queue.push(...(template.spec?.templates ?? []))
  }
  const all = [...found.values()]
  const ofKind = (kind: string) => all.filter(each => `${each.kind}.argoproj.io` === kind)
  return { templates: [...ofKind(namespaced), ...ofKind(clusterWide)] }
}

interface AskedAnalysis {
  /** Where below spec.strategy. */
  readonly path: string
  readonly analysis: RolloutAnalysis
}

/** All that the strategy asks for. */
export function analysesOf({ spec }: Rollout): readonly AskedAnalysis[] {
  const { blueGreen, canary } = spec?.strategy ?? {}
  const asked = [
    { path: 'blueGreen.prePromotionAnalysis', analysis: blueGreen?.prePromotionAnalysis },
    { path: 'blueGreen.postPromotionAnalysis', analysis: blueGreen?.postPromotionAnalysis },
    ...(canary?.steps ?? []).map((step, index) => ({
      path: `canary.steps[${index}].analysis`,
      analysis: step['analysis'],
    })),
    { path: 'canary.analysis', analysis: canary?.analysis },
  ]
  return asked.filter((each): each is AskedAnalysis => each.analysis !== undefined)
}

function valueOf({ value = '', valueFrom }: RolloutArgument, sync: Sync): string {
  const which = valueFrom?.podTemplateHashValue
  if (which === 'Latest') return hashOf(sync.newSet)
  return which === 'Stable' ? hashOf(sync.stable) : value
}

/** Arguments of the Rollout go over those of the templates; a template's own has to be resolved. */
function argumentsOf(
  sync: Sync,
  given: readonly RolloutArgument[],
  templates: readonly AnalysisTemplate[],
): readonly Argument[] {
  const merged = new Map<string, Argument>()
  for (const arg of templates.flatMap(({ spec }) => spec?.args ?? [])) {
    if (merged.get(arg.name)?.value === undefined) merged.set(arg.name, arg)
  }
  for (const arg of given) {
    if (!merged.has(arg.name)) continue
    merged.set(arg.name, { ...merged.get(arg.name), name: arg.name, value: valueOf(arg, sync) })
  }
  const open = [...merged.values()].find(arg => (arg.value ?? arg.valueFrom) === undefined)
  if (open !== undefined) throw new SyncError(`args.${open.name} was not resolved`)
  return [...merged.values()]
}

export interface Wanted {
  readonly analysis: RolloutAnalysis
  readonly infix: string
  readonly labels: Readonly<Record<string, string>>
}

/** createAnalysisRun: one that is there already and the same is taken. */
export function* createRun(sync: Sync, { analysis, infix, labels }: Wanted): Part<AnalysisRun> {
  const { api, rollout, newSet } = sync
  const { name = '', namespace = '', annotations } = rollout.metadata
  const { templates, absent } = yield* templatesOf(api, namespace, analysis.templates ?? [])
  if (absent !== undefined) throw new SyncError(`${absent.kind} '${absent.name}' not found`)
  const revision = annotations?.[revisionAnnotation] ?? ''
  const hash = hashOf(newSet)
  const [first] = templates
  const run = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: {
      namespace,
      labels: {
        [podHashLabel]: hash,
        ...labels,
        ...analysis.analysisRunMetadata?.labels,
        ...sync.spec.selector?.matchLabels,
      },
      annotations: {
        [revisionAnnotation]: revision,
        ...analysis.analysisRunMetadata?.annotations,
        ...(first && { [templateAnnotation]: `${first.kind} ${keyOf(first.metadata)}` }),
      },
      ownerReferences: [controllerRefOf(rollout)],
    },
    spec: {
      metrics: templates.flatMap(({ spec }) => spec?.metrics ?? []),
      args: argumentsOf(sync, analysis.args ?? [], templates),
      dryRun: [...(analysis.dryRun ?? []), ...templates.flatMap(({ spec }) => spec?.dryRun ?? [])],
    },
  }
  const base = [name, hash, revision, infix].filter(part => part !== '').join('-')
  for (let count = 0; ; count += 1) {
    const named = count === 0 ? base : `${base}.${count}`
    const wanted = { ...run, metadata: { ...run.metadata, name: named } } as AnalysisRun
    const answer = yield* api.create(wanted)
    if (answer.ok) return answer.object as AnalysisRun
    if (!isAlreadyExists(answer)) throw new SyncError(errorText(answer))
    const existing = yield* api.getLive(runKind, namespace, named)
    if (!existing.ok) throw new SyncError(errorText(existing))
    const other = existing.object as AnalysisRun
    const isOwn = controllerOf(other.metadata)?.uid === rollout.metadata.uid
    const isSame = sameValue(other.spec?.metrics, run.spec.metrics)
    if (isOwn && isSame && !isOver(other.status?.phase)) return other
  }
}
