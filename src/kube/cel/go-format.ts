// Numbers as Go prints them.

/** strconv.FormatFloat(value, 'f', -1, 64). */
export function fixedText(value: number): string {
  if (!Number.isFinite(value)) return specialText(value)
  const text = String(value)
  if (!text.includes('e')) return Object.is(value, -0) ? '-0' : text
  const [mantissa = '', exponentText = ''] = text.split('e')
  const exponent = Number(exponentText)
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  if (exponent >= 0) return `${sign}${whole}${fraction.padEnd(exponent, '0')}`
  return `${sign}0.${'0'.repeat(-exponent - 1)}${whole}${fraction}`
}

export function specialText(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

/** fmt's %g and %v of a double: the shortest digits, an exponent below -4 and from 6 on. */
export function shortestText(value: number): string {
  if (!Number.isFinite(value)) return specialText(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa = '', exponentText = ''] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 6) return fixedText(value)
  const digits = String(Math.abs(exponent)).padStart(2, '0')
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`
}

/** Decimal digits of a double, rounded half to even on its exact value as Go rounds. */
export function exactFixed(value: number, precision: number): string {
  const isLarge = Math.abs(value) >= 1e21
  const digits = Math.min(precision, 100)
  const text = isLarge ? wholeText(value, digits) : roundedText(value, digits)
  return precision <= 100 ? text : text.padEnd(text.length + precision - 100, '0')
}

/** So many digits show any tie. */
const exactDigits = 100

/** JavaScript takes the larger neighbour of two that are equally near, Go the even one. */
function roundedText(value: number, digits: number): string {
  const text = value.toFixed(digits)
  const exact = value.toFixed(exactDigits)
  const rest = exact.slice(exact.indexOf('.') + 1 + digits)
  const isTie = digits < exactDigits && /^50*$/.test(rest)
  if (!isTie || /[02468]$/.test(text)) return text
  return exact.slice(0, exact.length - rest.length).replace(/\.$/, '')
}

function wholeText(value: number, digits: number): string {
  return digits === 0 ? String(BigInt(value)) : `${BigInt(value)}.${'0'.repeat(digits)}`
}
