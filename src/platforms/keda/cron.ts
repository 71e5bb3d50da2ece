// The cron trigger. Port of KEDA v2.21.0 pkg/scalers/cron_scaler.go.

import { nextTime } from '../../kube/cron/next.ts'
import { type ParsedSchedule, parseSchedule, type Schedule } from '../../kube/cron/parse.ts'
import { type TimeZone, timeZoneError, timeZoneOf } from '../../kube/cron/time-zone.ts'
import { type Param, readParams } from './params.ts'
import {
  type Build,
  externalSpec,
  type Reading,
  type Scaler,
  type ScalerConfig,
  type ScalerType,
  targetOf,
  targetTypeOf,
  type Values,
} from './scaler.ts'

const params = {
  start: { type: 'string' },
  end: { type: 'string' },
  timezone: { type: 'string' },
  desiredReplicas: { type: 'int64' },
} as const satisfies Readonly<Record<string, Param>>

export const cron: ScalerType<typeof params> = {
  type: 'cron',
  doc: 'Active from each start to the next end.',
  params,
  build,
}

function build(config: ScalerConfig): Build<Scaler> {
  const { trigger } = config
  const type = targetTypeOf(trigger)
  if (!type.ok) return type
  const { values, errors } = readParams('cron', trigger.metadata ?? {}, params)
  const start = parseFields(values.start)
  const end = parseFields(values.end)
  const invalid = invalidity(values, start, end)
  const all = [...errors, ...(invalid === undefined ? [] : [invalid])]
  if (all.length > 0 || !start.ok || !end.ok) {
    return { ok: false, error: `error parsing cron metadata: ${all.join('\n')}` }
  }
  const name = [values.timezone, timeText(values.start), timeText(values.end)].join('-')
  const spec = externalSpec(config, `cron-${name}`, targetOf(type.value, 1))
  return {
    ok: true,
    value: { spec, read: world => read(world.nowMs(), values, [start.schedule, end.schedule]) },
  }
}

function invalidity(
  { start, end, desiredReplicas }: Values<typeof params>,
  parsedStart: ParsedSchedule,
  parsedEnd: ParsedSchedule,
): string | undefined {
  if (!parsedStart.ok) return `error parsing start schedule: ${parsedStart.error}`
  if (!parsedEnd.ok) return `error parsing end schedule: ${parsedEnd.error}`
  if (start === end) return 'start and end can not have exactly same time input'
  return desiredReplicas === 0 ? 'no desiredReplicas specified' : undefined
}

/** Five fields only: this parser knows no descriptors. */
function parseFields(text: string): ParsedSchedule {
  const rest = hasZone(text) ? text.slice(text.indexOf(' ')).trim() : text
  const refused = { ok: false, error: `parser does not accept descriptors: ${rest}` } as const
  return rest.startsWith('@') ? refused : parseSchedule(text)
}

function hasZone(text: string): boolean {
  return /^(?:CRON_)?TZ=.* /.test(text)
}

function timeText(text: string): string {
  return text
    .replaceAll(' ', '')
    .replaceAll('*', 'x')
    .replaceAll('/', 'Sl')
    .replaceAll('?', 'Qm')
    .replaceAll(',', 'Cm')
}

function read(
  nowMs: number,
  { start, end, timezone, desiredReplicas }: Values<typeof params>,
  schedules: readonly [Schedule, Schedule],
): Reading | string {
  const zone = timeZoneOf(timezone)
  if (zone === undefined) return `unable to load timezone: ${timeZoneError(timezone)}`
  const nextStart = next(schedules[0], hasZone(start) ? undefined : zone, nowMs)
  const nextEnd = next(schedules[1], hasZone(end) ? undefined : zone, nowMs)
  const isActive =
    nextStart < nextEnd
      ? nowMs > nextStart && nowMs < nextEnd
      : nowMs > nextStart || nowMs < nextEnd
  return { value: isActive ? desiredReplicas : 0, isActive }
}

/** Go's zero time where there is none. */
function next(schedule: Schedule, zone: TimeZone | undefined, nowMs: number): number {
  const zoned = zone !== undefined && schedule.type === 'fields' ? { ...schedule, zone } : schedule
  const time = nextTime(zoned, nowMs)
  return typeof time === 'number' ? time : Number.NEGATIVE_INFINITY
}
