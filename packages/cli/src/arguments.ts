/**
 * What people write (protocol 05 §1.1, §1.2), made into what stricli reads: one spelling per option, its value joined to
 * it, the last of those that may not be repeated, and `--` before the positional arguments. stricli alone would refuse
 * `-ovalue`, a second `-t`, values that look like options, and values with line ends.
 */
import type { Command, RouteMap } from '@stricli/core'

import { detailsOf, wordMeantAlone } from './command.ts'
import type { Context, RootOptions } from './context.ts'
import { UsageError } from './failures.ts'
import { nearest } from './nearest.ts'

type Parameters = Command<Context>['parameters']
type Flag = NonNullable<Parameters['flags']>[string]

export interface ReadArguments {
  readonly options: RootOptions
  /** For stricli. */
  readonly inputs: readonly string[]
}

const rootOptions = {
  output: { takesValue: true },
  'skip-sslcert-validation': { takesValue: false },
} as const

const outputs = ['json', 'console'] as const

/** @throws UsageError */
export function readArguments(root: RouteMap<Context>, given: readonly string[]): ReadArguments {
  const reader = new Reader(root, given)
  const inputs = reader.read()
  return { options: reader.options, inputs }
}

class Reader {
  options: RootOptions = { output: 'console', skipCertificateValidation: false }
  readonly #root: RouteMap<Context>
  readonly #rest: string[]
  readonly #words: string[] = []

  constructor(root: RouteMap<Context>, given: readonly string[]) {
    this.#root = root
    this.#rest = [...given]
  }

  read(): string[] {
    let target: RouteMap<Context> | Command<Context> = this.#root
    while ('getAllEntries' in target) {
      const alone = wordMeantAlone(target)
      const argument = this.#rest.shift() ?? alone
      if (argument === undefined) return this.#words
      if (argument.startsWith('-') && argument.length > 1) {
        if (argument === '-h' || argument === '--help') return [...this.#words, '--help']
        if (argument === '--version' && this.#words.length === 0) return [argument]
        if (this.#readRootOption(argument)) continue
        if (alone === undefined) throw this.#noSuchOption(argument, [...Object.keys(rootOptions), 'help'])
        this.#rest.unshift(argument)
        target = this.#find(target, alone)
      } else target = this.#find(target, argument)
    }
    return this.#readCommand(target)
  }

  #find(map: RouteMap<Context>, word: string): RouteMap<Context> | Command<Context> {
    const entries = map.getAllEntries()
    const found = entries.find(({ name, aliases }) => name.original === word || aliases.includes(word))
    if (!found) {
      const meant = nearest(
        word,
        entries.flatMap(({ name, aliases }) => [name.original, ...aliases]),
      )
      throw this.#wrong(`No such command '${word}'.${meant.length === 1 ? ` Did you mean '${meant[0]}'?` : ''}`)
    }
    this.#words.push(word)
    return found.target
  }

  #readRootOption(argument: string): boolean {
    const { name, value } = splitLong(argument)
    if (name === undefined || !Object.hasOwn(rootOptions, name)) return false
    if (name === 'skip-sslcert-validation') {
      if (value !== undefined) throw this.#takesNoValue(`--${name}`)
      this.options = { ...this.options, skipCertificateValidation: true }
      return true
    }
    const text = value ?? this.#takeValue(`--${name}`)
    const output = outputs.find((known) => known === text)
    if (!output) throw this.#wrong(`Invalid value for '--output': '${text}' is not one of 'json', 'console'.`)
    this.options = { ...this.options, output }
    return true
  }

  #readCommand(command: Command<Context>): string[] {
    const { flags = {}, aliases = {} } = command.parameters
    const { synonyms, passesOnAfter = Number.POSITIVE_INFINITY } = detailsOf(command)
    const long = new Map<string, string>([
      ...Object.keys(flags).map((name) => [kebab(name), name] as const),
      ...Object.entries(synonyms),
    ])
    const short = new Map<string, string>(Object.entries(aliases))
    const inputs = new Map<string, string[]>()
    const positionals: string[] = []

    const store = (name: string, value: string): void => {
      const before = isRepeatable(flags[name]!) ? (inputs.get(name) ?? []) : []
      inputs.set(name, [...before, value])
    }

    const readLong = (argument: string): void => {
      const { name: spelling = '', value } = splitLong(argument)
      const name = long.get(spelling)
      if (name === undefined) {
        if (this.#readRootOption(argument)) return
        throw this.#noSuchOption(argument, [...long.keys(), ...Object.keys(rootOptions), 'help'])
      }
      if (takesValue(flags[name]!)) store(name, value ?? this.#takeValue(`--${spelling}`))
      else if (value === undefined) store(name, 'true')
      else throw this.#takesNoValue(`--${spelling}`)
    }

    /** @returns whether help was asked for. */
    const readShort = (letters: string): boolean => {
      for (const [index, letter] of Array.from(letters).entries()) {
        const name = short.get(letter)
        if (name === undefined && letter === 'h') return true
        if (name === undefined) throw this.#noSuchOption(`-${letter}`, [])
        if (takesValue(flags[name]!)) {
          store(name, letters.slice(index + 1) || this.#takeValue(`-${letter}`))
          return false
        }
        store(name, 'true')
      }
      return false
    }

    const isOwn = (argument: string): boolean => {
      if (!argument.startsWith('-') || argument === '-') return false
      const { name } = splitLong(argument)
      if (name === undefined) return short.has(argument[1]!) || argument === '-h'
      return name === '' || name === 'help' || long.has(name) || Object.hasOwn(rootOptions, name)
    }

    while (this.#rest.length > 0) {
      if (positionals.length >= passesOnAfter && !isOwn(this.#rest[0]!)) {
        positionals.push(...this.#rest.splice(0))
        break
      }
      const argument = this.#rest.shift()!
      if (argument === '--') positionals.push(...this.#rest.splice(0))
      else if (argument === '--help') return [...this.#words, '--help']
      else if (argument.startsWith('--')) readLong(argument)
      else if (argument.startsWith('-') && argument.length > 1) {
        if (readShort(argument.slice(1))) return [...this.#words, '--help']
      } else positionals.push(argument)
    }
    const options = [...inputs].flatMap(([name, values]) => values.flatMap((value) => joined(name, value)))
    return [...this.#words, ...options, ...(positionals.length > 0 ? ['--', ...positionals] : [])]
  }

  #takeValue(spelling: string): string {
    const value = this.#rest.shift()
    if (value === undefined) throw this.#wrong(`Option '${spelling}' requires an argument.`)
    return value
  }

  #takesNoValue(spelling: string): UsageError {
    return this.#wrong(`Option '${spelling}' does not take a value.`)
  }

  #noSuchOption(argument: string, known: readonly string[]): UsageError {
    const spelling = argument.split('=', 1)[0]!
    const meant = nearest(spelling.replace(/^-+/, ''), known).map((name) => `--${name}`)
    const hint =
      meant.length === 1
        ? ` Did you mean ${meant[0]}?`
        : meant.length > 1
          ? ` (Possible options: ${meant.join(', ')})`
          : ''
    return this.#wrong(`No such option: ${spelling}${hint}`)
  }

  #wrong(message: string): UsageError {
    return new UsageError(message, this.#words)
  }
}

export const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const takesValue = (flag: Flag): boolean => flag.kind !== 'boolean' && flag.kind !== 'counter'

const isRepeatable = (flag: Flag): boolean => 'variadic' in flag && Boolean(flag.variadic)

function splitLong(argument: string): { name: string | undefined; value: string | undefined } {
  if (!argument.startsWith('--')) return { name: undefined, value: undefined }
  const at = argument.indexOf('=')
  return at < 0
    ? { name: argument.slice(2), value: undefined }
    : { name: argument.slice(2, at), value: argument.slice(at + 1) }
}

/** stricli joins no empty value and none with line ends; those cannot be taken for options. */
const joined = (name: string, value: string): string[] =>
  value === '' || /[\n\r\u2028\u2029]/.test(value) ? [`--${name}`, value] : [`--${name}=${value}`]
