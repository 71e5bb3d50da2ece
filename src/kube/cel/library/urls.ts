// url() and its members, find() and findAll(). Port of k8s.io/apiserver v0.36.3
// pkg/cel/library/{urls,regex,jsonpatch}.go.

import { type FunctionDecl, fn, global, member, stopping } from '../declarations.ts'
import { findAll } from '../regex.ts'
import { listOf, mapOf, structOf, types } from '../types.ts'
import { CelError, CelMap, Foreign, noSuchOverload, type Value } from '../values.ts'
import { parseUrl, queryValues, requestUriError, splitHost, type Url } from './url-text.ts'

export class UrlValue extends Foreign {
  readonly typeName = 'kubernetes.URL'
  readonly url: Url

  constructor(url: Url) {
    super()
    this.url = url
  }

  equals(other: Value): boolean | CelError {
    if (!(other instanceof UrlValue)) return other instanceof CelError ? other : noSuchOverload
    return this.url.text === other.url.text
  }

  override toString(): string {
    return this.url.text
  }
}

const urlType = structOf('kubernetes.URL')
const { string, bool, int } = types

function urlOf(text: string): Value {
  const read = parseUrl(text)
  if (read.ok) return new UrlValue(read.value)
  return new CelError(`URL parse error during conversion from string: ${read.error}`)
}

function part(name: string, id: string, of: (url: Url) => string): FunctionDecl {
  return fn(
    name,
    member(id, [urlType], string, value => of((value as UrlValue).url)),
  )
}

function queryOf(query: string): CelMap {
  const map = new CelMap()
  for (const [key, values] of queryValues(query)) map.set(key, values)
  return map
}

function first(found: string[] | CelError): Value {
  return found instanceof CelError ? found : (found[0] ?? '')
}

export const urlsLibrary: readonly FunctionDecl[] = [
  fn(
    'url',
    global('string_to_url', [string], urlType, text => urlOf(text as string)),
  ),
  part('getScheme', 'url_get_scheme', ({ scheme }) => scheme),
  part('getHost', 'url_get_host', ({ host }) => host),
  part('getHostname', 'url_get_hostname', ({ host }) => splitHost(host).name),
  part('getPort', 'url_get_port', ({ host }) => splitHost(host).port),
  part('getEscapedPath', 'url_get_escaped_path', ({ escapedPath }) => escapedPath),
  fn(
    'getQuery',
    member('url_get_query', [urlType], mapOf(string, listOf(string)), value =>
      queryOf((value as UrlValue).url.query),
    ),
  ),
  fn(
    'isURL',
    global('is_url_string', [string], bool, text => requestUriError(text as string) === undefined),
  ),
]

export const regexLibrary: readonly FunctionDecl[] = [
  fn(
    'find',
    member('string_find_string', [string, string], string, (text, pattern) =>
      first(findAll(text as string, pattern as string, 1)),
    ),
  ),
  fn(
    'findAll',
    member('string_find_all_string', [string, string], listOf(string), (text, pattern) =>
      findAll(text as string, pattern as string, -1),
    ),
    stopping(
      member(
        'string_find_all_string_int',
        [string, string, int],
        listOf(string),
        (text, pattern, limit) => findAll(text as string, pattern as string, Number(limit)),
      ),
    ),
  ),
]

/** Only where patches are written. */
export const jsonPatchLibrary: readonly FunctionDecl[] = [
  fn(
    'jsonpatch.escapeKey',
    global('string_jsonpatch_escapeKey_string', [string], string, key =>
      (key as string).replaceAll('~', '~0').replaceAll('/', '~1'),
    ),
  ),
]
