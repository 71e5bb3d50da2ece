// The text of a failed lookup. Upstream: apimachinery pkg/api/errors NewNotFound, v0.36.3.

/** `resource` is the singular name that the lister uses, with its group. */
export function notFound(resource: string, name: string): string {
  return `${resource} "${name}" not found`
}
