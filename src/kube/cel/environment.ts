// The environment that Kubernetes gives to expressions.
// Upstream: k8s.io/apiserver v0.36.3 pkg/cel/environment/base.go.

import {
  type Environment,
  type FunctionDecl,
  type MessageType,
  mergeFunctions,
  standardTypeNames,
} from './declarations.ts'
import { authorizationLibrary } from './library/authorization.ts'
import { formatsLibrary } from './library/formats.ts'
import { listsLibrary, setsLibrary } from './library/lists.ts'
import { cidrType, ipType, networkLibrary } from './library/network.ts'
import { comprehensionsLibrary, optionalsLibrary } from './library/optionals.ts'
import { quantityLibrary, semverLibrary } from './library/quantities.ts'
import { standardLibrary } from './library/standard.ts'
import { stringsLibrary } from './library/strings.ts'
import { regexLibrary, urlsLibrary } from './library/urls.ts'
import { wellKnownMessage } from './messages.ts'
import { optionalOf, type Type, types } from './types.ts'

/** Libraries in the order in which upstream adds them: it decides about overloads. */
const libraries: readonly (readonly FunctionDecl[])[] = [
  standardLibrary,
  urlsLibrary,
  regexLibrary,
  listsLibrary,
  authorizationLibrary,
  optionalsLibrary,
  quantityLibrary,
  stringsLibrary,
  setsLibrary,
  networkLibrary,
  formatsLibrary,
  comprehensionsLibrary,
  semverLibrary,
]

let functions: ReadonlyMap<string, FunctionDecl> | undefined

const typeNames: ReadonlyMap<string, Type> = new Map([
  ...standardTypeNames,
  ['optional_type', optionalOf(types.dyn)],
  ['net.IP', ipType],
  ['net.CIDR', cidrType],
])

export interface Extension {
  readonly variables: Readonly<Record<string, Type>>
  readonly messages?: (name: string) => MessageType | undefined
  readonly functions?: readonly FunctionDecl[]
  readonly hasBindings?: boolean
}

/** The base environment with variables, message types and functions added. */
export function kubernetesEnvironment(extension: Extension): Environment {
  functions ??= mergeFunctions(libraries)
  const { variables, messages, functions: more = [], hasBindings = false } = extension
  return {
    variables: new Map(Object.entries(variables)),
    functions: more.length === 0 ? functions : new Map([...functions, ...mergeFunctions([more])]),
    messages: name => messages?.(name) ?? wellKnownMessage(name),
    typeNames,
    hasBindings,
  }
}
