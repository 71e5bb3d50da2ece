// ip(), cidr() and their members. Port of k8s.io/apiserver v0.36.3 pkg/cel/library/{ip,cidr}.go.

import { goQuote } from '../../go-text.ts'
import { type FunctionDecl, fn, global, member } from '../declarations.ts'
import { opaque, types } from '../types.ts'
import { CelError, Foreign, noSuchOverload, type Value } from '../values.ts'
import {
  type Address,
  addressText,
  contains,
  isMapped,
  masked,
  type Prefix,
  parseAddress,
  parsePrefix,
} from './ip-address.ts'

export class Ip extends Foreign {
  readonly typeName = 'net.IP'
  readonly address: Address

  constructor(address: Address) {
    super()
    this.address = address
  }

  get size(): number {
    return this.address.bytes.length
  }

  equals(other: Value): boolean | CelError {
    if (!(other instanceof Ip)) return other instanceof CelError ? other : noSuchOverload
    return addressText(this.address) === addressText(other.address)
  }

  override toString(): string {
    return addressText(this.address)
  }
}

export class Cidr extends Foreign {
  readonly typeName = 'net.CIDR'
  readonly prefix: Prefix

  constructor(prefix: Prefix) {
    super()
    this.prefix = prefix
  }

  get size(): number {
    return Math.ceil(this.prefix.bits / 8)
  }

  equals(other: Value): boolean | CelError {
    if (!(other instanceof Cidr)) return other instanceof CelError ? other : noSuchOverload
    return String(this) === String(other)
  }

  override toString(): string {
    return `${addressText(this.prefix.address)}/${this.prefix.bits}`
  }
}

export const ipType = opaque('net.IP')
export const cidrType = opaque('net.CIDR')

function ipOf(text: string): Ip | CelError {
  const read = parseAddress(text)
  const quoted = goQuote(text)
  if (!read.ok) {
    const what = `IP Address ${quoted} parse error during conversion from string`
    return new CelError(`${what}: ${read.error}`)
  }
  if (read.value.zone !== '') {
    return new CelError(`IP address ${quoted} with zone value is not allowed`)
  }
  return isMapped(read.value) ? mappedError(quoted) : new Ip(read.value)
}

function mappedError(quoted: string): CelError {
  return new CelError(`IPv4-mapped IPv6 address ${quoted} is not allowed`)
}

const prefixError = 'network address parse error during conversion from string'

function prefixOf(text: string): Prefix | CelError {
  const read = parsePrefix(text)
  if (!read.ok) return new CelError(`${prefixError}: ${read.error}`)
  return isMapped(read.value.address) ? mappedError(goQuote(text)) : read.value
}

function cidrOf(text: string): Cidr | CelError {
  const prefix = prefixOf(text)
  return prefix instanceof CelError
    ? new CelError(`${prefixError}: ${prefix.message}`)
    : new Cidr(prefix)
}

function containsIp(cidr: unknown, ip: Ip | CelError): Value {
  // Upstream answers for the wrong side here: the error of the text is lost.
  if (ip instanceof CelError) return noSuchOverload
  return contains((cidr as Cidr).prefix, ip.address)
}

function containsCidr(cidr: unknown, other: Cidr | CelError): Value {
  if (other instanceof CelError) return other
  const [outer, inner] = [(cidr as Cidr).prefix, other.prefix]
  return outer.bits <= inner.bits && contains(outer, inner.address)
}

type Test = (address: Address) => boolean

const isUnspecified: Test = ({ bytes }) => bytes.every(byte => byte === 0)

const isLoopback: Test = ({ bytes }) =>
  bytes.length === 4
    ? bytes[0] === 127
    : bytes.slice(0, 15).every(byte => byte === 0) && bytes[15] === 1

const isLinkLocalUnicast: Test = ({ bytes }) =>
  bytes.length === 4
    ? bytes[0] === 169 && bytes[1] === 254
    : bytes[0] === 0xfe && ((bytes[1] as number) & 0xc0) === 0x80

const isLinkLocalMulticast: Test = ({ bytes }) =>
  bytes.length === 4
    ? bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0
    : bytes[0] === 0xff && ((bytes[1] as number) & 0x0f) === 2

const isMulticast: Test = ({ bytes }) =>
  bytes.length === 4 ? ((bytes[0] as number) & 0xf0) === 0xe0 : bytes[0] === 0xff

const isGlobalUnicast: Test = address => {
  const { bytes } = address
  const broadcast = bytes.length === 4 && bytes.every(byte => byte === 255)
  const special = [isUnspecified, isLoopback, isMulticast, isLinkLocalUnicast]
  return !broadcast && !special.some(test => test(address))
}

function ipTest(name: string, id: string, test: Test): FunctionDecl {
  return fn(
    name,
    member(id, [ipType], types.bool, ip => test((ip as Ip).address)),
  )
}

const { string, bool, int } = types

export const networkLibrary: readonly FunctionDecl[] = [
  fn(
    'ip',
    global('string_to_ip', [string], ipType, text => ipOf(text as string)),
    member('cidr_ip', [cidrType], ipType, cidr => new Ip((cidr as Cidr).prefix.address)),
  ),
  fn(
    'family',
    member('ip_family', [ipType], int, ip => ((ip as Ip).address.bytes.length === 4 ? 4 : 6)),
  ),
  fn(
    'ip.isCanonical',
    global('ip_is_canonical', [string], bool, text => {
      const ip = ipOf(text as string)
      return ip instanceof CelError ? ip : String(ip) === text
    }),
  ),
  ipTest('isUnspecified', 'ip_is_unspecified', isUnspecified),
  ipTest('isLoopback', 'ip_is_loopback', isLoopback),
  ipTest('isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast),
  ipTest('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast),
  ipTest('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
  fn(
    'isIP',
    global('is_ip', [string], bool, text => ipOf(text as string) instanceof Ip),
  ),
  fn(
    'string',
    global('ip_to_string', [ipType], string, ip => String(ip as Ip)),
    global('cidr_to_string', [cidrType], string, cidr => String(cidr as Cidr)),
  ),
  fn(
    'cidr',
    global('string_to_cidr', [string], cidrType, text => cidrOf(text as string)),
  ),
  fn(
    'containsIP',
    member('cidr_contains_ip_string', [cidrType, string], bool, (cidr, text) =>
      containsIp(cidr, ipOf(text as string)),
    ),
    member('cidr_contains_ip_ip', [cidrType, ipType], bool, (cidr, ip) =>
      containsIp(cidr, ip as Ip),
    ),
  ),
  fn(
    'containsCIDR',
    member('cidr_contains_cidr_string', [cidrType, string], bool, (cidr, text) =>
      containsCidr(cidr, cidrOf(text as string)),
    ),
    member('cidr_contains_cidr', [cidrType, cidrType], bool, (cidr, other) =>
      containsCidr(cidr, other as Cidr),
    ),
  ),
  fn(
    'prefixLength',
    member('cidr_prefix_length', [cidrType], int, cidr => (cidr as Cidr).prefix.bits),
  ),
  fn(
    'masked',
    member('cidr_masked', [cidrType], cidrType, cidr => new Cidr(masked((cidr as Cidr).prefix))),
  ),
  fn(
    'isCIDR',
    global('is_cidr', [string], bool, text => !(prefixOf(text as string) instanceof CelError)),
  ),
]
