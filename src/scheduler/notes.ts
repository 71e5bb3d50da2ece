// What the scheduler tells checks and explanations beyond Events: why each node was refused.

/** Topic of the note that goes with each failed attempt. */
export const unschedulableTopic = 'unschedulable'

export interface UnschedulableNote {
  /** `namespace/name` */
  readonly pod: string
  readonly message: string
  /** Nodes grouped by plugin and reasons, in order of first appearance. */
  readonly rejections: readonly {
    readonly plugin: string
    readonly reasons: readonly string[]
    readonly nodes: readonly string[]
  }[]
}
