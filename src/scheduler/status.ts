// What a plugin answers: a code with reasons. Upstream: framework/interface.go Status, v0.36.3.

export type Code =
  | 'Success'
  | 'Error'
  | 'Unschedulable'
  | 'UnschedulableAndUnresolvable'
  | 'Wait'
  | 'Skip'
  | 'Pending'

export interface Status {
  readonly code: Code
  readonly reasons: readonly string[]
  /** The plugin that rejected; empty until the runtime has set it. */
  readonly plugin: string
}

const noReasons: readonly string[] = []

/** The one success: plugins return it on the fast path, nothing is allocated. */
export const success: Status = { code: 'Success', reasons: noReasons, plugin: '' }
export const skip: Status = { code: 'Skip', reasons: noReasons, plugin: '' }

/** Rejected, but removing other pods could help. */
export function unschedulable(...reasons: readonly string[]): Status {
  return { code: 'Unschedulable', reasons, plugin: '' }
}

/** Rejected, and removing other pods cannot help. */
export function unresolvable(...reasons: readonly string[]): Status {
  return { code: 'UnschedulableAndUnresolvable', reasons, plugin: '' }
}

/** The attempt itself failed: upstream's Error code. */
export function failed(message: string): Status {
  return { code: 'Error', reasons: [message], plugin: '' }
}

export function isSuccess(status: Status): boolean {
  return status.code === 'Success'
}

export function isRejected(status: Status): boolean {
  const { code } = status
  return code === 'Unschedulable' || code === 'UnschedulableAndUnresolvable' || code === 'Pending'
}

/** The reasons as one text. */
export function messageOf(status: Status): string {
  return status.reasons.join(', ')
}

/** The status attributed to a plugin. */
export function withPlugin(status: Status, plugin: string): Status {
  return status.plugin === plugin ? status : { ...status, plugin }
}
