// Tokens of YAML 1.1 and the characters they are made of. Upstream: libyaml 0.2.5 include/yaml.h,
// src/yaml_private.h.

export type TokenType =
  | 'stream-end'
  | 'version'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'flow-entry'
  | 'block-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar'

/** One token; offsets count in the text, the end of the stream may lie one behind it. */
export interface Token {
  readonly type: TokenType
  readonly start: number
  readonly end: number
  /** A name, the text of a scalar, the suffix of a tag, the prefix of a tag directive. */
  readonly text?: string
  /** The handle of a tag or tag directive. */
  readonly handle?: string
  readonly isPlain?: boolean
}

/** A line end; nothing stands for the end of the text. */
export function isBreak(character: string | undefined): boolean {
  return character !== undefined && '\n\r\u0085\u2028\u2029'.includes(character)
}

export function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

/** A blank, a line end or the end of the text. */
export function isBlankOrEnd(character: string | undefined): boolean {
  return character === undefined || isBlank(character) || isBreak(character)
}

export function isBreakOrEnd(character: string | undefined): boolean {
  return character === undefined || isBreak(character)
}

/** Letters, digits, `_` and `-`: what names of anchors and tags are made of. */
export function isNameCharacter(character: string | undefined): boolean {
  return character !== undefined && /^[0-9A-Za-z_-]$/.test(character)
}
