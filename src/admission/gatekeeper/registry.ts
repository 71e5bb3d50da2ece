// The kinds of mutators, sorted. Upstream: gatekeeper v3.23.1 pkg/mutation/mutators.

import { assign } from './assign.ts'
import { assignImage } from './assign-image.ts'
import { assignMetadata } from './assign-metadata.ts'
import { modifySet } from './modify-set.ts'
import type { MutatorKind } from './mutator.ts'

export const mutatorKinds: readonly MutatorKind[] = [assign, assignImage, assignMetadata, modifySet]
