/** The text of `--help`, wrapped at 80 columns. */
import type { Command, RouteMap } from '@stricli/core'

import type { Context } from './context.ts'
import { optionSpellings, usageLine } from './usage.ts'

type Target = RouteMap<Context> | Command<Context>
type Row = readonly [left: string, right: string]

const width = 80

const rootRows: Row[] = [
  ['--skip-sslcert-validation', 'Do not check the certificates of servers.'],
  ['--output [json|console]', 'Form of the output. [default: console]'],
]
const helpRow: Row = ['-h, --help', 'Show this message and exit.']

export function helpText(target: Target, words: readonly string[]): string {
  const sections =
    'getAllEntries' in target
      ? [section('Options', optionRows(words)), ...commandSections(target, words)]
      : [section('Options', [...flagRows(target), helpRow])]
  const text = [target.brief, target.fullDescription].filter((part) => part !== undefined).join('\n\n')
  return [`Usage: ${usageLine(target, words)}`, indent(text), ...sections].join('\n\n') + '\n'
}

const optionRows = (words: readonly string[]): Row[] => [
  ...(words.length === 0 ? [...rootRows, ['--version', 'Show the version and exit.'] as const] : []),
  helpRow,
]

/** What the commands of the program are about. */
export const commandGroups: Readonly<Record<string, readonly string[]>> = {
  Sessions: ['events', 'info', 'logs', 'ps', 'start', 'start-template', 'terminate'],
  'In a session': ['app', 'apps', 'attach', 'download', 'ls', 'resume', 'run', 'scp', 'ssh', 'upload'],
  Storage: ['dotfile', 'session-template', 'vfolder'],
  'Your account': ['login', 'logout', 'update-password'],
  Administration: ['admin'],
  'This program': ['config', 'dev', 'doctor'],
}

function commandSections(map: RouteMap<Context>, words: readonly string[]): string[] {
  const entries = map.getAllEntries().filter(({ hidden }) => !hidden)
  if (words.length > 0) return [section('Commands', entries.map(commandRow).toSorted(byName))]
  const rowsOf = (names: readonly string[]): Row[] =>
    entries
      .filter(({ name }) => names.includes(name.original))
      .map(commandRow)
      .toSorted(byName)
  return Object.entries(commandGroups).map(([title, names]) => section(title, rowsOf(names)))
}

type Entry = ReturnType<RouteMap<Context>['getAllEntries']>[number]

function commandRow({ name, aliases, target }: Entry): Row {
  const others = aliases.length > 0 ? ` (${aliases.toSorted().join(',')})` : ''
  return [name.original + others, target.brief]
}

const byName = ([left]: Row, [right]: Row): number => (left < right ? -1 : 1)

function flagRows(command: Command<Context>): Row[] {
  return Object.entries(command.parameters.flags ?? {}).map(([name, flag]) => {
    const value = flag.kind === 'enum' ? (flag.placeholder ?? `[${flag.values.join('|')}]`) : flag.placeholder
    const left = optionSpellings(name, command).join(', ')
    const standard = 'default' in flag && typeof flag.default !== 'boolean' && flag.default !== undefined
    return [
      flag.kind === 'boolean' || !value ? left : `${left} ${value}`,
      standard ? `${flag.brief} [default: ${String(flag.default)}]` : flag.brief,
    ]
  })
}

function section(title: string, rows: readonly Row[]): string {
  const longest = Math.max(...rows.map(([left]) => (left.length <= 28 ? left.length : 0)))
  const column = longest + 4
  const lines = rows.flatMap(([left, right]) => {
    const [first = '', ...more] = wrap(right, width - column)
    const beside = left.length <= longest
    const head = beside ? [`  ${left.padEnd(column - 2)}${first}`] : [`  ${left}`, ' '.repeat(column) + first]
    return [...head, ...more.map((line) => ' '.repeat(column) + line)]
  })
  return [`${title}:`, ...lines].join('\n')
}

const indent = (text: string): string =>
  text
    .split('\n')
    .flatMap((line) => (line.startsWith(' ') ? [line] : wrap(line, width - 2)))
    .map((line) => (line ? `  ${line}` : line))
    .join('\n')

function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  return [...lines, line]
}
