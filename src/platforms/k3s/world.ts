// What the deploy controller of k3s asks of the API and writes to it.

import type { ApiRequest, ApiResponse } from '../../apiserver/request.ts'
import type { KubeObject } from '../../kube/object.ts'

export interface DeployWorld {
  readonly get: (kind: string, key: string) => KubeObject | undefined
  readonly list: (kind: string) => readonly KubeObject[]
  readonly submit: (request: ApiRequest) => ApiResponse
  readonly event: (addon: KubeObject, event: DeployEvent) => void
}

export interface DeployEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}
