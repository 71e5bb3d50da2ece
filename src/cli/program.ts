// The command line as commander sees it: commands and flags from their tables, help in groups,
// kubectl's habits (-v=4, kubectl-seatrial).

import { existsSync } from 'node:fs'
import { CommanderError, Command as Program, Option } from 'commander'
import { flagsOf } from './commands/flag-lists.ts'
import type { Command } from './commands/framework.ts'
import { commands } from './commands/registry.ts'
import { exits } from './exit.ts'
import { type Flag, type FlagName, type GivenFlags, withEnvironment } from './flags.ts'
import type { Io } from './io.ts'
import { nearest } from '../base/nearest.ts'
import { version } from './version.ts'

const about =
  'Sea trials for Kubernetes platforms: builds a deterministic twin of a cluster from your files ' +
  'and rehearses install, restart, node loss and drain on it. No cluster, no network.'

const epilogue = (name: string): string => `
Every flag can also be set as SEATRIAL_FLAG or in seatrial.yaml; flags win, then the environment.
Exit status: 0 all hold, 1 findings, 2 usage or invalid input, 3 inconclusive, 5 bug of ${name}.`

/** Parses and runs one command line; answers the exit status. */
export async function runProgram(argv: readonly string[], io: Io): Promise<number> {
  let status: number = exits.holds
  const program = programFor(io, code => (status = code))
  try {
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync(normalised(argv), { from: 'user' })
    return status
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? exits.holds : exits.usage
  }
}

function programFor(io: Io, done: (status: number) => void): Program {
  const program = new Program(io.invocation)
    .description(about)
    .usage('COMMAND [PATH...] [flags]')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [COMMAND]', 'show help for a command')
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) => write(errorText(text, io)),
    })
    .addHelpText('after', epilogue(io.invocation))
  program.on('command:*', ([word]: readonly string[]) => notACommand(program, word ?? '', io))
  for (const command of commands) addCommand(program, command, io, done)
  return program
}

function addCommand(
  program: Program,
  command: Command,
  io: Io,
  done: (status: number) => void,
): void {
  const sub = program
    .command(`${command.name} ${command.args}`.trim())
    .description(command.doc)
    .helpOption('-h, --help', 'show help')
    .addHelpText('after', examplesText(command, io.invocation))
  sub.configureOutput({
    outputError: (text, write) => write(errorText(text, io, command)),
  })
  for (const flag of flagsOf(command)) addFlag(sub, flag)
  sub.action(async () => {
    const given = withEnvironment(givenFlags(sub), io.env)
    const outputs = command.outputs?.map(each => each.replace('=', ''))
    done(
      await command.run({ args: sub.args, given, io, ...(outputs !== undefined && { outputs }) }),
    )
  })
}

function addFlag(sub: Program, flag: Flag): void {
  const letters = flag.short === undefined ? '' : `-${flag.short}, `
  const value = flag.value === undefined ? '' : ` <${flag.value}>`
  const option = new Option(`${letters}--${flag.name}${value}`, flag.doc).helpGroup(
    `${flag.group}:`,
  )
  if (flag.repeats === true) {
    option.argParser((text: string, before?: readonly string[]) => [...(before ?? []), text])
  }
  sub.addOption(option)
}

/** The flags that were typed, by name. */
function givenFlags(sub: Program): GivenFlags {
  const options = sub.opts<Record<string, string | readonly string[] | true | undefined>>()
  const given = new Map<FlagName, { values: readonly string[]; setBy: string }>()
  for (const option of sub.options) {
    const value = options[option.attributeName()]
    if (value === undefined) continue
    const values = Array.isArray(value) ? value.map(String) : [value === true ? 'true' : `${value}`]
    given.set(option.name() as FlagName, { values, setBy: `--${option.name()}` })
  }
  return given
}

/** kubectl takes -v, -v=4 and -v4; --color alone means always, unless a word follows it. */
function normalised(argv: readonly string[]): string[] {
  return argv.map((arg, index) => {
    const level = /^--?v(?:=(.*)|(\d+))?$/.exec(arg)
    if (level !== null) return `--verbosity=${level[1] ?? level[2] ?? 1}`
    return arg === '--color' && !isWord(argv[index + 1]) ? '--color=always' : arg
  })
}

/** A plain word that is no path: the value of the flag before it. */
function isWord(text: string | undefined): boolean {
  return text !== undefined && /^[a-z]+$/i.test(text) && !existsSync(text)
}

function examplesText({ examples }: Command, invocation: string): string {
  const lines = examples.map(each =>
    each.includes('seatrial') ? `  ${each}` : `  ${invocation} ${each}`,
  )
  return `\nExamples:\n${lines.join('\n')}`
}

/** Reached when the first word is no command: often a path, or a typing error. */
function notACommand(program: Program, word: string, { invocation }: Io): void {
  const names = commands.map(({ name }) => name)
  const near = nearest(word, names)
  const hint =
    near === undefined
      ? `To check files: ${invocation} check ${word}`
      : `Did you mean ${invocation} ${near}?`
  program.error(`error: there is no command "${word}"\n${hint}`)
}

/** Commander's message in our voice: the product's name first, then where to read on. */
function errorText(text: string, { invocation }: Io, command?: Command): string {
  const message = text.replace(/^error: /, '').trimEnd()
  const where = command === undefined ? '' : `${command.name} `
  const others = command === undefined ? '' : takersText(message)
  return `${invocation.split(' ').at(-1)}: ${message}\n${others}See ${invocation} ${where}--help\n`
}

/** A flag of other commands: which. */
function takersText(message: string): string {
  const name = /unknown option '--([a-z-]+)/.exec(message)?.[1]
  const takers = commands.filter(each => each.flags.some(flag => flag === name))
  return takers.length === 0 ? '' : `It is a flag of ${takers.map(each => each.name).join(', ')}\n`
}
