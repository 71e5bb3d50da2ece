// The tag of an image name. Upstream: pkg/util/parsers/parsers.go, v1.36.3, on
// github.com/distribution/reference ParseNormalizedNamed.

const anchored =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]+)?\/|\[[a-fA-F0-9:]+\](?::[0-9]+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::([\w][\w.-]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$/

/** The tag; `latest` when neither tag nor digest is given, empty for a digest or no image name. */
export function imageTag(image: string): string {
  const parts = anchored.exec(image)
  if (parts === null) return ''
  const [, tag, digest] = parts
  return tag ?? (digest === undefined ? 'latest' : '')
}
