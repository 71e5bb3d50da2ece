// How much an incident matters. Errors need an action before passengers come on board; after the
// loss of a node a workload that goes on serving is what its user asked for, not an error.

import type { SlaSpec } from '../trials/spec.ts'
import type { Incident } from './incident.ts'
import type { Severity } from './report.ts'

const downSecondsWarning = 60

/** Trials that take something away: less capacity is expected, no capacity is not. */
const failureTrials: ReadonlySet<string> = new Set(['lose-node', 'lose-zone', 'drain'])

/** The default severity of an incident; an SLA of the user overrides it upwards. */
export function severityOf(incident: Incident, sla: SlaSpec | undefined): Severity {
  if (breaks(incident, sla)) return 'error'
  switch (incident.verdict) {
    case 'rejected':
    case 'install-stuck':
    case 'drain-stuck':
    case 'upgrade-stuck':
    case 'rollout-stuck':
    case 'loop':
    case 'diverged':
    case 'property-broken':
      return 'error'
    case 'quorum-lost':
      return startsFromNothing(incident) ? 'info' : 'error'
    case 'pending-forever':
      // Nobody asked for as many pods as the scale trial does.
      if (incident.trial === 'scale') return 'warning'
      return failureTrials.has(incident.trial) ? pendingAfterFailure(incident) : 'error'
    case 'down':
      return downSeverity(incident)
    case 'churn':
    case 'noscale':
    case 'overscale':
      return 'warning'
    default:
      return 'info'
  }
}

/** After a cold start nobody serves at first; only what stays away is of interest. */
function startsFromNothing({ trial, open }: Incident): boolean {
  return trial === 'cold-start' && !open
}

/** Still serving: the user's own spread rule at work, or too little room on the other nodes. */
function pendingAfterFailure(incident: Incident): Severity {
  const serving = incident.n ?? 0
  if (serving === 0) return 'error'
  return /Insufficient|Too many pods/.test(incident.message ?? '') ? 'warning' : 'info'
}

function downSeverity(incident: Incident): Severity {
  const { trial, seconds = 0, open } = incident
  if (startsFromNothing(incident)) return 'info'
  if (trial === 'install') return open ? 'error' : 'info'
  return open || seconds >= downSecondsWarning ? 'warning' : 'info'
}

function breaks({ object, verdicts }: Incident, sla: SlaSpec | undefined): boolean {
  const service = sla?.services?.[`${object.namespace ?? ''}/${object.name}`]
  const limit = service?.downSeconds ?? sla?.downSeconds
  if (limit === undefined) return false
  return verdicts.some(({ verdict, seconds = 0 }) => verdict === 'down' && seconds > limit)
}
