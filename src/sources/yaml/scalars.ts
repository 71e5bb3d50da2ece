// How a YAML scalar becomes a value for the API server: the rules of kubectl, which are neither
// YAML 1.1 nor 1.2. Upstream: go.yaml.in/yaml/v2 resolve.go v2.4.2, sigs.k8s.io/yaml v1.6.0.

const words: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    word => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    word => [word, false] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map(word => [word, null] as const),
])

const special: ReadonlyMap<string, number> = new Map([
  ...['.nan', '.NaN', '.NAN'].map(word => [word, NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(word => [word, Infinity] as const),
  ...['-.inf', '-.Inf', '-.INF'].map(word => [word, -Infinity] as const),
])

// ParseInt with base 0: a prefix names the base, a bare leading zero means octal.
const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/

const wordHint = /^[yYnNtTfFoO~]/

/** The value of a plain scalar without a tag; a string when no rule applies. */
export function resolvePlain(text: string): string | number | boolean | null {
  if (text === '') return null
  const first = text.charCodeAt(0)
  const isDigit = first >= 48 && first <= 57
  if (isDigit || first === 43 || first === 45 || first === 46) return resolveNumber(text, first)
  if (text.length > 5 || !wordHint.test(text)) return text
  const word = words.get(text)
  return word === undefined ? text : word
}

function resolveNumber(text: string, first: number): string | number {
  const named = special.get(text)
  if (named !== undefined) return named
  // A leading dot never starts an integer, and there underscores are not removed.
  if (first === 46) return finite(text, text)
  const digits = text.includes('_') ? text.replaceAll('_', '') : text
  return integer.test(digits) ? parseInteger(digits, text) : finite(digits, text)
}

function finite(digits: string, text: string): string | number {
  if (!float.test(digits)) return text
  const value = Number(digits)
  // ParseFloat reports a range error, and the scalar stays a string.
  return Number.isFinite(value) ? value : text
}

const maxUint64 = 18446744073709551615n
const minInt64 = -9223372036854775808n

function parseInteger(digits: string, text: string): string | number {
  const sign = digits.charCodeAt(0)
  const signed = sign === 43 || sign === 45
  const body = signed ? digits.slice(1) : digits
  const magnitude = parseMagnitude(body)
  if (Number.isSafeInteger(magnitude)) {
    return sign === 45 && magnitude !== 0 ? -magnitude : magnitude
  }
  const value = exactInteger(digits)
  if (value < minInt64 || value > (signed ? -minInt64 - 1n : maxUint64)) {
    return finite(digits, text)
  }
  return Number(value)
}

function exactInteger(digits: string): bigint {
  const body = digits.replace(/^[-+]/, '')
  const magnitude = BigInt(/^0[0-7]/.test(body) ? `0o${body.slice(1)}` : body.toLowerCase())
  return digits.startsWith('-') ? -magnitude : magnitude
}

function parseMagnitude(body: string): number {
  if (body.charCodeAt(0) !== 48 || body.length === 1) return Number(body)
  const second = body.charCodeAt(1) | 32
  if (second === 120) return Number.parseInt(body.slice(2), 16)
  if (second === 98) return Number.parseInt(body.slice(2), 2)
  return Number.parseInt(second === 111 ? body.slice(2) : body.slice(1), 8)
}

/** The value of a scalar with an explicit tag (`!!str`), or why it has none. */
export function resolveTagged(
  tag: string,
  text: string,
): { readonly value: string | number | boolean | null } | { readonly error: string } {
  const short = shortTag(tag)
  switch (short) {
    case '!!binary':
      return decodeBase64(text)
    case '!!int':
    case '!!float':
    case '!!bool':
    case '!!null':
      return checkTag(short, text)
    default:
      return { value: text }
  }
}

/** `!!str` of `!<tag:yaml.org,2002:str>`. */
function shortTag(tag: string): string {
  const bare = tag.startsWith('!<') ? tag.slice(2, -1) : tag
  const prefix = 'tag:yaml.org,2002:'
  return bare.startsWith(prefix) ? `!!${bare.slice(prefix.length)}` : bare
}

function checkTag(
  tag: string,
  text: string,
): { readonly value: string | number | boolean | null } | { readonly error: string } {
  const value = resolvePlain(text)
  const actual = tagOf(value, text)
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { error: `JSON has no value for ${text}` }
  }
  if (actual === tag || (tag === '!!float' && actual === '!!int')) return { value }
  return { error: `cannot decode ${actual} \`${text}\` as a ${tag}` }
}

function tagOf(value: string | number | boolean | null, text: string): string {
  if (value === null) return '!!null'
  if (typeof value === 'boolean') return '!!bool'
  if (typeof value === 'string') return '!!str'
  return Number.isInteger(value) && integer.test(text.replaceAll('_', '')) ? '!!int' : '!!float'
}

function decodeBase64(text: string): { readonly value: string } | { readonly error: string } {
  const compact = text.replace(/\s+/g, '')
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    return { error: '!!binary value contains invalid base64 data' }
  }
  return { value: Buffer.from(compact, 'base64').toString('utf8') }
}

/** The key that a plain scalar stands for: its value as text; undefined when it cannot be a key. */
export function plainKey(text: string): string | undefined {
  const value = resolvePlain(text)
  if (typeof value === 'string') return value
  if (value === null) return undefined
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  const digits = text.replaceAll('_', '')
  if (integer.test(digits)) {
    if (Number.isSafeInteger(value)) return String(value)
    const exact = exactInteger(digits)
    // An unsigned 64-bit integer cannot be a key, a larger one is a float.
    if (exact >= minInt64 && exact < -minInt64) return String(exact)
    if (exact > 0n && exact <= maxUint64) return undefined
  }
  return floatText(value)
}

// FormatFloat(v, 'g', -1, 32): the shortest text of the nearest 32-bit float.
function floatText(value: number): string {
  const single = Math.fround(value)
  if (Number.isNaN(single)) return '.nan'
  if (!Number.isFinite(single)) return single > 0 ? '.inf' : '-.inf'
  if (single === 0) return Object.is(single, -0) ? '-0' : '0'
  let shortest = single.toExponential()
  for (let digits = 0; digits < 9; digits++) {
    const text = single.toExponential(digits)
    if (Math.fround(Number(text)) !== single) continue
    shortest = text
    break
  }
  const exponent = Number(shortest.slice(shortest.indexOf('e') + 1))
  if (exponent >= -4 && exponent < 6) return String(Number(shortest))
  return shortest.replace(/e([-+])(\d)$/, 'e$10$2')
}
