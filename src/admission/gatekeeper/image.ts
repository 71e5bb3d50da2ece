// Image references in three parts. Port of gatekeeper v3.23.1
// pkg/mutation/mutators/assignimage/imageparser.go.

import { goQuote } from '../../kube/go-text.ts'
import { MutationError } from './mutation-error.ts'

/** Each part is empty when the reference has none; a tag begins with `:` or `@`. */
export interface Image {
  readonly domain: string
  readonly path: string
  readonly tag: string
}

const patterns = {
  domain: /(?:^\w[\w-]*\.[\w.-]*\w(?::\d+)?$)|(?:^localhost(?::\d+)?$)/,
  path: /^[a-z0-9]+(?:(?:(?:[._/]|__|-*)[a-z0-9]+)+)?/,
  tag: /(?:^:\w[\w.-]{0,127}$)|(?:^@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}$)/,
}

/** The reference with the given parts in place of its own. */
export function withImageParts(reference: string, parts: Image): string {
  const [ownDomain, remainder] = splitDomain(reference)
  const separator = remainder.search(/[:@]/)
  const ownPath = separator < 0 ? remainder : remainder.slice(0, separator)
  const ownTag = separator < 0 ? '' : remainder.slice(separator)
  const domain = parts.domain === '' ? ownDomain : parts.domain
  const path = parts.path === '' ? ownPath : parts.path
  const tag = parts.tag === '' ? ownTag : parts.tag
  return `${domain === '' ? '' : `${domain}/`}${path}${tag}`
}

function splitDomain(name: string): readonly [domain: string, remainder: string] {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(0, slash))
  if (slash < 0 || (!/[.:]/.test(first) && first !== 'localhost')) return ['', name]
  return [first, name.slice(slash + 1)]
}

/** Throws unless the parts can be set again and again with the same result. */
export function checkImageParts({ domain, path, tag }: Image): void {
  if (domain === '' && path === '' && tag === '') {
    throw new MutationError('at least one of [assignDomain, assignPath, assignTag] must be set')
  }
  if (domain !== '' && !patterns.domain.test(domain)) {
    const rule = 'must be a fully-qualified domain name or localhost'
    throw new MutationError(`assignDomain ${goQuote(domain)} ${rule}`)
  }
  if (path !== '' && patterns.path.exec(path)?.[0] !== path) {
    throw new MutationError(`assignPath ${goQuote(path)} must be a valid docker image path`)
  }
  if (tag !== '' && !patterns.tag.test(tag)) {
    const rule = "must be a valid docker image tag or digest starting with ':' or '@'"
    throw new MutationError(`assignTag ${goQuote(tag)} ${rule}`)
  }
  if (domain === '' && splitDomain(path)[0] !== '') {
    const rule = `must be set if the first part of assignPath ${goQuote(path)}`
    throw new MutationError(`assignDomain ${rule} can be interpretted as part of a domain`)
  }
}
