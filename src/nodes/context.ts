// What every part of the kubelets is given: the turn, what they know, what they were started with.

import type { Turn } from '../engine/actor.ts'
import type { KubeletState } from './kubelet-state.ts'
import type { KubeletModel } from './model.ts'

export interface KubeletOptions {
  readonly model: KubeletModel
  readonly renewEveryMs?: number
  /** How long after its appearance a node's kubelet renews its lease for the first time. */
  readonly firstRenewalMs?: (node: string) => number
  /**
   * False for kubelets that leave a status that others have changed as it is, as those of
   * recordings do; real ones post their own again.
   */
  readonly correctsStatus?: boolean
}

export interface Context {
  readonly turn: Turn
  readonly state: KubeletState
  readonly options: KubeletOptions
}
