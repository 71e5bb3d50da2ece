// Probes and lifecycle hooks. Upstream: pkg/apis/core/validation/validation.go, v1.36.3.

import { httpHeaderNameErrors, portNameErrors, portNumberErrors } from '../../formats.ts'
import type {
  ExecAction,
  GRPCAction,
  HTTPGetAction,
  Lifecycle,
  Probe,
  SleepAction,
  TCPSocketAction,
} from '../../generated/types.ts'
import { checkKnown, checkNonnegative, type Errors, refuse } from '../checks.ts'
import { forbidden, invalid, required } from '../field-error.ts'

interface Handler {
  readonly exec?: ExecAction
  readonly httpGet?: HTTPGetAction
  readonly tcpSocket?: TCPSocketAction
  readonly grpc?: GRPCAction
  readonly sleep?: SleepAction
}

export function checkPort(errors: Errors, path: string, port: string | number): void {
  refuse(
    errors,
    path,
    port,
    typeof port === 'number' ? portNumberErrors(port) : portNameErrors(port),
  )
}

function checkHandler(
  errors: Errors,
  path: string,
  handler: Handler,
  graceSeconds: number | undefined,
): void {
  let found = false
  for (const key of ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const) {
    if (handler[key] === undefined) continue
    const at = `${path}.${key}`
    if (found) errors.push(forbidden(at, 'may not specify more than 1 handler type'))
    else checkAction(errors, at, { [key]: handler[key] }, graceSeconds)
    found = true
  }
  if (!found) errors.push(required(path, 'must specify a handler type'))
}

function checkAction(
  errors: Errors,
  path: string,
  { exec, httpGet, tcpSocket, grpc, sleep }: Handler,
  graceSeconds: number | undefined,
): void {
  if (exec !== undefined && (exec.command?.length ?? 0) === 0) {
    errors.push(required(`${path}.command`, ''))
  }
  if (httpGet !== undefined) checkHttp(errors, path, httpGet)
  if (tcpSocket !== undefined) checkPort(errors, `${path}.port`, tcpSocket.port ?? 0)
  if (grpc !== undefined) checkPort(errors, `${path}.port`, grpc.port ?? 0)
  if (sleep === undefined || graceSeconds === undefined) return
  if (sleep.seconds >= 0 && sleep.seconds <= graceSeconds) return
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`
  errors.push(invalid(path, sleep.seconds, detail))
}

const schemes = ['HTTP', 'HTTPS']

function checkHttp(errors: Errors, path: string, action: HTTPGetAction): void {
  const { path: target = '', port = 0, scheme = '', httpHeaders = [] } = action
  if (target === '') errors.push(required(`${path}.path`, ''))
  checkPort(errors, `${path}.port`, port)
  checkKnown(errors, `${path}.scheme`, scheme, schemes)
  for (const { name } of httpHeaders) {
    refuse(errors, `${path}.httpHeaders`, name, httpHeaderNameErrors(name))
  }
}

export function checkProbe(
  errors: Errors,
  path: string,
  probe: Probe | undefined,
  graceSeconds: number | undefined,
): void {
  if (probe === undefined) return
  checkHandler(errors, path, probe, graceSeconds)
  checkNonnegative(errors, `${path}.initialDelaySeconds`, probe.initialDelaySeconds)
  checkNonnegative(errors, `${path}.timeoutSeconds`, probe.timeoutSeconds)
  checkNonnegative(errors, `${path}.periodSeconds`, probe.periodSeconds)
  checkNonnegative(errors, `${path}.successThreshold`, probe.successThreshold)
  checkNonnegative(errors, `${path}.failureThreshold`, probe.failureThreshold)
  const own = probe.terminationGracePeriodSeconds
  if (own !== undefined && own <= 0) {
    errors.push(invalid(`${path}.terminationGracePeriodSeconds`, own, 'must be greater than 0'))
  }
}

/** Liveness and startup succeed at once. */
export function checkLivenessProbe(
  errors: Errors,
  path: string,
  probe: Probe | undefined,
  graceSeconds: number | undefined,
): void {
  checkProbe(errors, path, probe, graceSeconds)
  if (probe === undefined || probe.successThreshold === 1) return
  errors.push(invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'))
}

/** A readiness probe kills nothing, so it has no grace period. */
export function checkReadinessProbe(
  errors: Errors,
  path: string,
  probe: Probe | undefined,
  graceSeconds: number | undefined,
): void {
  checkProbe(errors, path, probe, graceSeconds)
  if (probe?.terminationGracePeriodSeconds === undefined) return
  const detail = 'must not be set for readinessProbes'
  const value = probe.terminationGracePeriodSeconds
  errors.push(invalid(`${path}.terminationGracePeriodSeconds`, value, detail))
}

export function checkLifecycle(
  errors: Errors,
  path: string,
  { postStart, preStop }: Lifecycle,
  graceSeconds: number | undefined,
): void {
  if (postStart !== undefined) checkHandler(errors, `${path}.postStart`, postStart, graceSeconds)
  if (preStop !== undefined) checkHandler(errors, `${path}.preStop`, preStop, graceSeconds)
}
