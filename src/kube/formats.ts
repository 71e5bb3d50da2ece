// Formats of names, keys and other strings, with the API server's messages.
// Upstream: apimachinery pkg/util/validation/validation.go and pkg/api/validate/content, v0.36.3.

import { utf8Length } from './go-text.ts'

interface Format {
  readonly pattern: RegExp
  /** The pattern as upstream's message shows it. */
  readonly shown: string
  readonly message: string
  readonly examples: readonly string[]
  readonly lengthMax?: number
  readonly tooLong?: (length: number) => string
}

export function maxLengthMessage(length: number): string {
  return `must be no more than ${length} characters`
}

/** Formats that moved to pkg/api/validate/content count in bytes and say so. */
function maxBytesMessage(length: number): string {
  return `must be no more than ${length} bytes`
}

export function rangeMessage(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`
}

/** The message for a value that does not match a regular expression. */
export function regexMessage(
  message: string,
  shown: string,
  examples: readonly string[] = [],
): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${shown}')`
  const list = examples.map(example => `'${example}', `).join(' or ')
  return `${message} (e.g. ${list}regex used for validation is '${shown}')`
}

function format(shown: string, message: string, ...examples: readonly string[]): Format {
  return { pattern: new RegExp(`^(?:${shown})$`), shown, message, examples }
}

function errorsOf(value: string, given: Format): string[] {
  const { pattern, shown, message, examples, lengthMax, tooLong = maxLengthMessage } = given
  const errors: string[] = []
  if (lengthMax !== undefined && utf8Length(value) > lengthMax) errors.push(tooLong(lengthMax))
  if (!pattern.test(value)) errors.push(regexMessage(message, shown, examples))
  return errors
}

const labelShown = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomainShown = `${labelShown}(\\.${labelShown})*`
const underscoreShown = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const keyShown = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'

const dns1123Label = format(
  labelShown,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  'my-name',
  '123-abc',
)
const dns1123Subdomain = {
  ...format(
    subdomainShown,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    'example.com',
  ),
  lengthMax: 253,
}
const domainPrefix = { ...dns1123Subdomain, tooLong: maxBytesMessage }
const dns1123SubdomainWithUnderscore = {
  ...format(
    `${underscoreShown}(\\.${underscoreShown})*`,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
    'example.com',
  ),
  lengthMax: 253,
}
const dns1035Label = {
  ...format(
    '[a-z]([-a-z0-9]*[a-z0-9])?',
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    'my-name',
    'abc-123',
  ),
  lengthMax: 63,
}
const wildcardSubdomain = {
  ...format(
    `\\*\\.${subdomainShown}`,
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    '*.example.com',
  ),
  lengthMax: 253,
}
const labelKey = format(
  keyShown,
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  'MyName',
  'my.name',
  '123-abc',
)
const labelValue = {
  ...format(
    `(${keyShown})?`,
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    'MyValue',
    'my_value',
    '12345',
  ),
  lengthMax: 63,
  tooLong: maxBytesMessage,
}
const percent = format(
  '[0-9]+%',
  "a valid percent string must be a numeric string followed by an ending '%'",
  '1%',
  '93%',
)
const httpHeaderName = format(
  '[-A-Za-z0-9]+',
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  'X-Header-Name',
)
const envVarName = format(
  '[-._a-zA-Z][-._a-zA-Z0-9]*',
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
  'my.env-name',
  'MY_ENV.NAME',
  'MyEnvName1',
)
const configMapKey = {
  ...format(
    '[-._a-zA-Z0-9]+',
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    'key.name',
    'KEY_NAME',
    'key-name',
  ),
  lengthMax: 253,
}

/** Each function returns the messages of what is wrong; none when the value is fine. */
export function dns1123LabelErrors(value: string): string[] {
  const errors: string[] = []
  if (utf8Length(value) > 63) errors.push(maxLengthMessage(63))
  if (dns1123Label.pattern.test(value)) return errors
  if (dns1123Subdomain.pattern.test(value)) return [...errors, 'must not contain dots']
  return [...errors, regexMessage(dns1123Label.message, dns1123Label.shown, dns1123Label.examples)]
}

export function dns1123SubdomainErrors(value: string): string[] {
  return errorsOf(value, dns1123Subdomain)
}

export function dns1123SubdomainWithUnderscoreErrors(value: string): string[] {
  return errorsOf(value, dns1123SubdomainWithUnderscore)
}

export function dns1035LabelErrors(value: string): string[] {
  return errorsOf(value, dns1035Label)
}

export function wildcardDns1123SubdomainErrors(value: string): string[] {
  return errorsOf(value, wildcardSubdomain)
}

export function percentErrors(value: string): string[] {
  return errorsOf(value, percent)
}

export function httpHeaderNameErrors(value: string): string[] {
  return errorsOf(value, httpHeaderName)
}

export function labelValueErrors(value: string): string[] {
  return errorsOf(value, labelValue)
}

/** A label key, which is what upstream calls a qualified name: an optional domain and a name. */
export function labelKeyErrors(value: string): string[] {
  const parts = value.split('/')
  if (parts.length > 2) {
    const domain = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
    return [`a valid label key ${labelKeyMessage()}${domain}`]
  }
  const name = parts[parts.length - 1] as string
  const errors: string[] = []
  if (parts.length === 2) {
    const prefix = parts[0] as string
    const found = prefix === '' ? ['must be non-empty'] : errorsOf(prefix, domainPrefix)
    for (const error of found) errors.push(`prefix part ${error}`)
  }
  if (name === '') errors.push('name part must be non-empty')
  else if (utf8Length(name) > 63) errors.push(`name part ${maxBytesMessage(63)}`)
  if (!labelKey.pattern.test(name)) errors.push(`name part ${labelKeyMessage()}`)
  return errors
}

function labelKeyMessage(): string {
  return regexMessage(labelKey.message, labelKey.shown, labelKey.examples)
}

export function portNumberErrors(port: number): string[] {
  return port >= 1 && port <= 65535 ? [] : [rangeMessage(1, 65535)]
}

export function portNameErrors(value: string): string[] {
  const errors: string[] = []
  if (utf8Length(value) > 15) errors.push(maxLengthMessage(15))
  if (!/^[-a-z0-9]+$/.test(value)) {
    errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  }
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)')
  if (value.includes('--')) errors.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) {
    errors.push('must not begin or end with a hyphen')
  }
  return errors
}

export function envVarNameErrors(value: string): string[] {
  return [...errorsOf(value, envVarName), ...parentFolderErrors(value)]
}

/** Since 1.34 any printable ASCII but `=` is allowed. */
export function relaxedEnvVarNameErrors(value: string): string[] {
  if (value === '') return ['environment variable name must be non-empty']
  return /^[ -<>-~]*$/.test(value)
    ? []
    : [
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
      ]
}

export function configMapKeyErrors(value: string): string[] {
  return [...errorsOf(value, configMapKey), ...parentFolderErrors(value)]
}

function parentFolderErrors(value: string): string[] {
  if (value === '.') return ["must not be '.'"]
  if (value === '..') return ["must not be '..'"]
  return value.startsWith('..') ? ["must not start with '..'"] : []
}

/** A domain of at least three parts; each message stands for one refusal of the value. */
export function fullyQualifiedNameErrors(value: string): string[] {
  const errors = dns1123SubdomainErrors(value)
  if (errors.length > 0) return [errors.join(',')]
  return value.split('.').length >= 3
    ? []
    : ['should be a domain with at least three segments separated by dots']
}

const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"

export interface RefusedPart {
  readonly value: string
  readonly message: string
}

/** `acme.io/foo`: a domain and a path; says which part is refused. */
export function domainPrefixedPathErrors(value: string): RefusedPart[] {
  const slash = value.indexOf('/')
  if (slash <= 0 || slash === value.length - 1) {
    return [{ value, message: 'must be a domain-prefixed path (such as "acme.io/foo")' }]
  }
  const [host, path] = [value.slice(0, slash), value.slice(slash + 1)]
  const errors = dns1123SubdomainErrors(host).map(message => ({ value: host, message }))
  return new RegExp(`^${httpPath}$`).test(path)
    ? errors
    : [...errors, { value: path, message: regexMessage('Invalid path', httpPath) }]
}

const ipv4Mapped =
  /^(?:0{1,4}:){0,5}:?(?:0{1,4}:)*:?ffff:(?:\d+(?:\.\d+){3}|[0-9a-f]{1,4}:[0-9a-f]{1,4})$/i

/** What new fields refuse about a text that is an IP address. */
export function strictIpErrors(address: string): string[] {
  return ipv4Mapped.test(address) ? ['must not be an IPv4-mapped IPv6 address'] : []
}
