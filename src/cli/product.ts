// What the command line needs of the product; src/index.ts is the real one, tests use a fake.

import {
  type CheckOptions,
  kubernetesDefault,
  type Loaded,
  type Report,
  runCheck,
  runSize,
  runTrialFiles,
  type SizeRow,
  type TrialFileResult,
  type TrialFilesOptions,
} from '../index.ts'
import { standardTrialNames } from '../trials/registry.ts'

export type SizeOptions = Omit<CheckOptions, 'version' | 'sources'> & { readonly nodesMax: number }

export interface Product {
  readonly trialNames: readonly string[]
  readonly kubernetesDefault: string
  readonly runCheck: (loaded: Loaded, options: CheckOptions) => Report
  readonly runSize: (loaded: Loaded, options: SizeOptions) => readonly SizeRow[]
  readonly runTrialFiles: (
    files: readonly string[],
    options: TrialFilesOptions,
  ) => readonly TrialFileResult[]
}

export const realProduct: Product = {
  trialNames: standardTrialNames,
  kubernetesDefault,
  runCheck,
  runSize,
  runTrialFiles,
}
