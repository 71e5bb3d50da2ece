// Which minor versions of Kubernetes the twin takes on, and how well.

/** Minors whose differences are modelled and checked against recordings. */
export const modelledMinors = { first: 34, last: 36 } as const

/**
 * The oldest minor that is taken at all: from here on the twin knows how controllers and the API
 * server differ (docs/versions.md); pods are scheduled as by the oldest modelled one.
 */
export const oldestMinor = 30

/** `1.30 to 1.36; 1.34 to 1.36 are modelled exactly`, for messages. */
export const supportedText =
  `1.${oldestMinor} to 1.${modelledMinors.last} are supported, and 1.${modelledMinors.first} to ` +
  `1.${modelledMinors.last} modelled exactly`

/** The minor of `1.34`, or undefined when it is no version of Kubernetes. */
export function minorNumber(version: string): number | undefined {
  const match = /^v?1\.(\d{1,2})(?:\.\d+)?$/.exec(version)
  return match?.[1] === undefined ? undefined : Number(match[1])
}

/** Whether the twin can take on that version. */
export function isSupported(version: string): boolean {
  const minor = minorNumber(version)
  return minor !== undefined && minor >= oldestMinor && minor <= modelledMinors.last
}

/** The modelled version that decides in place of one that is not modelled; else undefined. */
export function standIn(version: string): string | undefined {
  const minor = minorNumber(version) ?? modelledMinors.last
  return minor < modelledMinors.first ? `1.${modelledMinors.first}` : undefined
}
