// Outages of what stands beside the API server, as objects of the twin: faults create and delete
// them, and whoever would ask the one that is out looks here first.

import type { KubeObject } from './object.ts'

export const outageKind = 'Outage.seatrial.dev'

type Service = 'metrics' | 'webhooks'

interface OutageObject extends KubeObject {
  readonly spec?: { readonly of?: Service; readonly webhook?: string }
}

/** The object that takes out all metrics APIs, or all webhooks, or the webhook named. */
export function outageOf(of: Service, webhook?: string): KubeObject {
  const name = webhook === undefined ? of : `${of}.${webhook}`
  const spec = { of, ...(webhook !== undefined && { webhook }) }
  return { apiVersion: 'seatrial.dev/v1', kind: 'Outage', metadata: { name }, spec }
}

/** Whether one of these outages is about the service, or about this webhook. */
export function isOut(
  outages: readonly KubeObject[],
  { of, webhook }: { readonly of: Service; readonly webhook?: string },
): boolean {
  return (outages as readonly OutageObject[]).some(
    ({ spec }) => spec?.of === of && (spec.webhook === undefined || spec.webhook === webhook),
  )
}
