// Analysis resources, as far as the twin reads them.
// Upstream: argo-rollouts v1.8.3 pkg/apis/rollouts/v1alpha1/analysis_types.go.

import type { IntOrString } from '../../../kube/generated/types.ts'
import type { KubeObject } from '../../../kube/object.ts'

export const runKind = 'AnalysisRun.argoproj.io'

export type Phase = 'Pending' | 'Running' | 'Successful' | 'Failed' | 'Error' | 'Inconclusive'

export interface Metric {
  readonly name: string
  readonly interval?: string
  readonly initialDelay?: string
  readonly count?: IntOrString
  readonly successCondition?: string
  readonly failureCondition?: string
  readonly failureLimit?: IntOrString
  readonly inconclusiveLimit?: IntOrString
  readonly consecutiveErrorLimit?: IntOrString
  readonly consecutiveSuccessLimit?: IntOrString
  readonly provider?: Readonly<Record<string, unknown>>
}

export interface Argument {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: unknown
}

interface RunSpec {
  readonly metrics?: readonly Metric[]
  readonly args?: readonly Argument[]
  readonly dryRun?: readonly { readonly metricName: string }[]
}

export interface AnalysisTemplate extends KubeObject {
  readonly spec?: RunSpec & { readonly templates?: readonly TemplateRef[] }
}

export interface TemplateRef {
  readonly templateName: string
  readonly clusterScope?: boolean
}

/** What a Rollout asks for: which templates, with which arguments. */
export interface RolloutAnalysis {
  readonly templates?: readonly TemplateRef[]
  readonly args?: readonly RolloutArgument[]
  readonly dryRun?: RunSpec['dryRun']
  readonly analysisRunMetadata?: {
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly startingStep?: number
}

export interface RolloutArgument {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly podTemplateHashValue?: 'Latest' | 'Stable'
    readonly fieldRef?: { readonly fieldPath?: string }
  }
}

export interface Measurement {
  readonly phase: Phase
  readonly startedAt: string
  readonly finishedAt: string
  readonly value?: string
  readonly message?: string
}

export interface MetricResult {
  readonly name: string
  readonly phase: Phase
  readonly dryRun?: boolean
  readonly measurements: readonly Measurement[]
  readonly message?: string
  readonly count?: number
  readonly successful?: number
  readonly failed?: number
  readonly inconclusive?: number
  readonly error?: number
  readonly consecutiveError?: number
  readonly consecutiveSuccess?: number
}

export interface AnalysisRun extends KubeObject {
  readonly spec?: RunSpec & { readonly terminate?: boolean }
  readonly status?: {
    readonly phase?: Phase
    readonly message?: string
    readonly startedAt?: string
    readonly completedAt?: string
    readonly metricResults?: readonly MetricResult[]
  }
}

/** What a Rollout remembers of a run. */
export interface RunStatus {
  readonly name: string
  readonly status: string
  readonly message?: string
}

export function isOver(phase: Phase | undefined): boolean {
  return phase !== undefined && phase !== 'Pending' && phase !== 'Running'
}

/** A limit; upstream reads texts as numbers, too. */
export function numberOf(value: IntOrString | undefined): number | undefined {
  return value === undefined ? undefined : Number(value) || 0
}
