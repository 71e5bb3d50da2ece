// What the command line needs of the product; src/index.ts is the real one, tests use a fake.

import {
  type CheckOptions,
  explainPod,
  type ExplainPodOptions,
  foreignSchedule,
  kubernetesDefault,
  type Loaded,
  type RemedyOptions,
  type Report,
  type ExploreCheckOptions,
  type ExploreReport,
  runCheck,
  runExplore,
  runFieldChain,
  runExploreTrials,
  runSize,
  runSurvive,
  runTrialFiles,
  type SizeRow,
  type SurvivalReport,
  type TrialFileResult,
  type TrialFilesOptions,
  withRemedies,
} from '../index.ts'
import type { Progress } from '../trials/survive/survive.ts'
import type { PodPlacement } from '../explain/placement/report.ts'
import { strategies } from '../trials/explore/registry.ts'
import { standardTrialNames } from '../trials/registry.ts'

export type SizeOptions = Omit<CheckOptions, 'version' | 'sources'> & { readonly nodesMax: number }

export type SurviveCallOptions = CheckOptions & { readonly onStruck?: Progress }

export interface Product {
  readonly trialNames: readonly string[]
  readonly strategyNames: readonly string[]
  readonly kubernetesDefault: string
  readonly runCheck: (loaded: Loaded, options: CheckOptions) => Report
  readonly explainPod: (loaded: Loaded, options: ExplainPodOptions) => readonly PodPlacement[]
  readonly runExplore: (loaded: Loaded, options: ExploreCheckOptions) => ExploreReport
  readonly foreignSchedule: typeof foreignSchedule
  readonly runExploreTrials: (
    files: readonly string[],
    options: ExploreCheckOptions & TrialFilesOptions,
  ) => ExploreReport
  readonly withRemedies: (report: Report, loaded: Loaded, options: RemedyOptions) => Report
  readonly runFieldChain: typeof runFieldChain
  readonly runSize: (loaded: Loaded, options: SizeOptions) => readonly SizeRow[]
  readonly runSurvive: (loaded: Loaded, options: SurviveCallOptions) => SurvivalReport
  readonly runTrialFiles: (
    files: readonly string[],
    options: TrialFilesOptions,
  ) => readonly TrialFileResult[]
}

export const realProduct: Product = {
  trialNames: standardTrialNames,
  strategyNames: [...strategies.keys()],
  kubernetesDefault,
  foreignSchedule,
  runCheck,
  explainPod,
  runExplore,
  runFieldChain,
  runExploreTrials,
  withRemedies,
  runSize,
  runSurvive,
  runTrialFiles,
}
