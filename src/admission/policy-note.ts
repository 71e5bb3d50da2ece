// What validating policies say of a request that goes on: warnings, and entries of the audit log.

/** Topic of the notes that carry a PolicyNote. */
export const policyTopic = 'policy'

export interface PolicyNote {
  readonly action: 'Audit' | 'Warn'
  readonly policy: string
  readonly binding: string
  readonly text: string
  readonly kind: string
  readonly namespace: string | undefined
  /** Empty while the server has not made a name from `generateName`. */
  readonly name: string
  readonly generateName: string
}

/** The text of the Warning header. Upstream: plugin/policy/validating/dispatcher.go, v0.36.3. */
export function warningText({ policy, binding, text }: PolicyNote): string {
  return `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${binding}': ${text}`
}
