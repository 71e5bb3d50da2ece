// The API server's error answers. Upstream: apimachinery pkg/api/errors/errors.go, v0.36.3.

export interface StatusCause {
  readonly reason?: string
  readonly message: string
  readonly field?: string
}

/** metav1.Status of a failed request. */
export interface ApiStatus {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly status: 'Failure'
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly details?: {
    readonly name?: string
    readonly group?: string
    readonly kind?: string
    readonly uid?: string
    readonly retryAfterSeconds?: number
    readonly causes?: readonly StatusCause[]
  }
}
