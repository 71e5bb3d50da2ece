// One page of the reference: what a rule or problem means, with a bad and a good example.

export interface Page {
  readonly id: string
  /** The verdict of a rule, or the short name of a problem. */
  readonly name: string
  readonly title: string
  readonly meaning: string
  readonly advice: string
  readonly bad: string
  readonly good: string
}

/** The words of a page that its data does not hold elsewhere. */
export interface Example {
  readonly bad: string
  readonly good: string
}

/** The page for a terminal. */
export function pageText(page: Page, bold: (text: string) => string): string {
  const { id, name, title, meaning, advice, bad, good } = page
  const block = (text: string): string => text.trimEnd().replace(/^(?=.)/gm, '    ')
  return [
    bold(`${id} ${name}: ${title}`),
    '',
    meaning,
    '',
    `${bold('What to do')}  ${advice}`,
    '',
    bold('Bad'),
    block(bad),
    '',
    bold('Good'),
    block(good),
    '',
  ].join('\n')
}

/** The page as Markdown, for docs/rules. */
export function pageMarkdown({ id, name, title, meaning, advice, bad, good }: Page): string {
  return [
    `# ${id} ${name}`,
    '',
    `${title}.`,
    '',
    '## Meaning',
    '',
    meaning,
    '',
    '## What to do',
    '',
    advice,
    '',
    '## Bad',
    '',
    `\`\`\`\n${bad.trimEnd()}\n\`\`\``,
    '',
    '## Good',
    '',
    `\`\`\`\n${good.trimEnd()}\n\`\`\``,
    '',
  ].join('\n')
}
