// Names with an asterisk at the front or the end. Port of gatekeeper v3.23.1 pkg/wildcard.

/** Whether the name is the wildcard or fits its `*`. */
export function wildcardMatches(wildcard: string, name: string): boolean {
  const atFront = wildcard.startsWith('*')
  const atEnd = wildcard.endsWith('*')
  if (atFront && atEnd) return name.includes(inner(wildcard))
  if (atFront) return name.endsWith(wildcard.slice(1))
  return atEnd ? name.startsWith(wildcard.slice(0, -1)) : wildcard === name
}

/** The same for a generateName, of which the end is not known. */
export function wildcardMatchesGenerateName(wildcard: string, generateName: string): boolean {
  if (!wildcard.endsWith('*')) return false
  return wildcard.startsWith('*')
    ? generateName.includes(inner(wildcard))
    : generateName.startsWith(wildcard.slice(0, -1))
}

function inner(wildcard: string): string {
  const rest = wildcard.slice(1)
  return rest.endsWith('*') ? rest.slice(0, -1) : rest
}
