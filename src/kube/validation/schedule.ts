// Whether a cron schedule can be read. Upstream: github.com/robfig/cron/v3 v3.0.1 parser.go and
// pkg/apis/batch/validation, v1.36.3.

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const days = 'sun mon tue wed thu fri sat'.split(' ')
const bounds: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: days },
]

const descriptors = [
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
]

/** What is wrong with the schedule; the time zone has a field of its own. */
export function scheduleErrors(schedule: string): readonly string[] {
  const zoned = schedule.startsWith('TZ=') || schedule.startsWith('CRON_TZ=')
  const rest = zoned ? schedule.slice(schedule.indexOf(' ') + 1).trim() : schedule
  const error = parseError(rest)
  return [
    ...(error === undefined ? [] : [error]),
    ...(schedule.includes('TZ')
      ? ['cannot use TZ or CRON_TZ in schedule, use timeZone field instead']
      : []),
  ]
}

function parseError(schedule: string): string | undefined {
  if (schedule.startsWith('@')) {
    if (descriptors.includes(schedule) || schedule.startsWith('@every ')) return undefined
    return `unrecognized descriptor: ${schedule}`
  }
  const fields = schedule.split(/\s+/).filter(field => field !== '')
  if (fields.length !== bounds.length) {
    return `expected exactly ${bounds.length} fields, found ${fields.length}: [${fields.join(' ')}]`
  }
  for (const [index, field] of fields.entries()) {
    for (const expression of field.split(',')) {
      const error = rangeError(expression, bounds[index] as Bounds)
      if (error !== undefined) return error
    }
  }
  return undefined
}

function rangeError(expression: string, limits: Bounds): string | undefined {
  const [range = '', step, ...more] = expression.split('/')
  const [low = '', high, ...others] = range.split('-')
  if (others.length > 0) return `too many hyphens: ${expression}`
  if (more.length > 0) return `too many slashes: ${expression}`
  const any = low === '*' || low === '?'
  const start = any ? limits.min : valueOf(low, limits)
  if (typeof start === 'string') return start
  const until = any ? limits.max : high === undefined ? start : valueOf(high, limits)
  if (typeof until === 'string') return until
  const stride = step === undefined ? 1 : valueOf(step, { min: 0, max: 0 })
  if (typeof stride === 'string') return stride
  const end = step !== undefined && high === undefined && !any ? limits.max : until
  if (start < limits.min) {
    return `beginning of range (${start}) below minimum (${limits.min}): ${expression}`
  }
  if (end > limits.max) return `end of range (${end}) above maximum (${limits.max}): ${expression}`
  if (start > end)
    return `beginning of range (${start}) beyond end of range (${end}): ${expression}`
  if (stride === 0) return `step of range should be a positive number: ${expression}`
  return undefined
}

function valueOf(text: string, { min, names }: Bounds): number | string {
  const named = names?.indexOf(text.toLowerCase()) ?? -1
  if (named >= 0) return named + min
  if (/^\d+$/.test(text)) return Number(text)
  if (/^-\d+$/.test(text)) return `negative number (${text}) not allowed: ${text}`
  return `failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`
}
