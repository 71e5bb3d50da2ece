// Go's strconv.ParseBool.

const trueTexts: readonly string[] = ['1', 't', 'T', 'TRUE', 'true', 'True']
const falseTexts: readonly string[] = ['0', 'f', 'F', 'FALSE', 'false', 'False']

export function parseGoBool(text: string): boolean | undefined {
  if (trueTexts.includes(text)) return true
  return falseTexts.includes(text) ? false : undefined
}
