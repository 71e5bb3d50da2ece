// Completion scripts for shells, made from the tables of commands and flags: they know words, flags
// and their values, and leave everything else to the shell, which knows files.

import { flagsOf } from './commands/flag-lists.ts'
import type { Command } from './commands/framework.ts'
import { type Flag, flags } from './flags.ts'

export const shells = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof shells)[number]

/** The script for a shell; its first lines say how to load it. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands)
    case 'zsh':
      return zsh(commands)
    case 'fish':
      return fish(commands)
  }
}

function wordsOf({ name, short }: Flag): readonly string[] {
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`]
}

/** Flags with a fixed set of values. */
function choices(): readonly (Flag & { readonly values: readonly string[] })[] {
  return (flags as readonly Flag[]).flatMap(flag =>
    flag.values === undefined ? [] : [{ ...flag, values: flag.values }],
  )
}

function bash(commands: readonly Command[]): string {
  const values = choices().map(
    flag => `    ${wordsOf(flag).join('|')}) words="${flag.values.join(' ')}" ;;`,
  )
  const byCommand = commands.map(command => {
    const words = ['--help', ...flagsOf(command).flatMap(wordsOf), ...(command.words ?? [])]
    return `      ${command.name}) words="${words.join(' ')}" ;;`
  })
  return `# bash completion for seatrial. Load it with: source <(seatrial completion bash)
_seatrial() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  if [[ $COMP_CWORD -eq 1 ]]; then
    words="${commands.map(({ name }) => name).join(' ')} help"
  else
    case "$before" in
${values.join('\n')}
    esac
    if [[ -z $words ]]; then
      case "\${COMP_WORDS[1]}" in
${byCommand.join('\n')}
      esac
    fi
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _seatrial seatrial
`
}

function zsh(commands: readonly Command[]): string {
  const list = commands.map(({ name, doc }) => `    '${name}:${quoted(doc)}'`)
  const cases = commands.map(command => {
    const specs = flagsOf(command).flatMap(zshSpecs)
    const rest =
      command.words === undefined ? `'*:file:_files'` : `'*:word:(${command.words.join(' ')})'`
    return `    ${command.name}) _arguments ${[...specs, rest].join(' \\\n      ')} ;;`
  })
  return `#compdef seatrial
# zsh completion for seatrial. Load it with: source <(seatrial completion zsh)
_seatrial() {
  local -a commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _seatrial seatrial
`
}

function zshSpecs(flag: Flag): readonly string[] {
  const { value, values, doc, repeats } = flag
  const action = values === undefined ? '_files' : `(${values.join(' ')})`
  const tail = value === undefined ? '' : `:${value.replaceAll(/[:…]/g, '')}:${action}`
  const star = repeats === true ? '*' : ''
  return wordsOf(flag).map(word => `'${star}${word}[${quoted(doc)}]${tail}'`)
}

/** Inside single quotes and brackets of a zsh specification. */
function quoted(text: string): string {
  return text.replaceAll(/[[\]:]/g, ' ').replaceAll("'", '’')
}

function fish(commands: readonly Command[]): string {
  const none = '__fish_use_subcommand'
  const names = commands.map(
    ({ name, doc }) => `complete -c seatrial -n ${none} -f -a ${name} -d '${quoted(doc)}'`,
  )
  const rest = commands.flatMap(command => {
    const when = `-n '__fish_seen_subcommand_from ${command.name}'`
    const words =
      command.words === undefined
        ? []
        : [`complete -c seatrial ${when} -f -a '${command.words.join(' ')}'`]
    return [...flagsOf(command).map(flag => fishFlag(flag, when)), ...words]
  })
  return `# fish completion for seatrial. Load it with: seatrial completion fish | source
${[...names, ...rest].join('\n')}
`
}

function fishFlag({ name, short, value, values, doc }: Flag, when: string): string {
  const letter = short === undefined ? '' : ` -s ${short}`
  const list = values === undefined ? '' : ` -f -a '${values.join(' ')}'`
  const takes = value === undefined ? '' : ` -r${list}`
  return `complete -c seatrial ${when} -l ${name}${letter}${takes} -d '${quoted(doc)}'`
}
