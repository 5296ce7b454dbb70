/** Usage errors, in the words of the Python command (protocol 05 §1.1). */
import {
  ArgumentParseError,
  EnumValidationError,
  UnexpectedPositionalError,
  UnsatisfiedPositionalError,
} from '@stricli/core'
import type { Command, RouteMap } from '@stricli/core'

import { kebab } from './arguments.ts'
import { detailsOf } from './command.ts'
import type { Context } from './context.ts'

export const programName = 'backend.ai'

type Target = RouteMap<Context> | Command<Context>

export function targetOf(root: RouteMap<Context>, words: readonly string[]): Target {
  let target: Target = root
  for (const word of words) if ('getAllEntries' in target) target = target.getRoutingTargetForInput(word) ?? target
  return target
}

/** Those of the inputs that name the command. */
export function wordsOf(root: RouteMap<Context>, inputs: readonly string[]): string[] {
  const words: string[] = []
  for (let target: Target | undefined = root; target && 'getAllEntries' in target;) {
    const word: string | undefined = inputs[words.length]
    target = word === undefined ? undefined : target.getRoutingTargetForInput(word)
    if (target) words.push(word!)
  }
  return words
}

/** `backend.ai run [OPTIONS] IMAGE [FILES]...` */
export function usageLine(target: Target, words: readonly string[]): string {
  const rest = 'getAllEntries' in target ? 'COMMAND [ARGS]...' : detailsOf(target).usage
  return [programName, ...words, '[OPTIONS]', rest].filter(Boolean).join(' ')
}

export function usageProblem(root: RouteMap<Context>, words: readonly string[], message: string): string {
  const path = [programName, ...words].join(' ')
  return `Usage: ${usageLine(targetOf(root, words), words)}\nTry '${path} -h' for help.\n\nError: ${message}`
}

/** Why stricli would not take the arguments of a command. */
export function describeProblem(problem: unknown, command: Target): string {
  if (problem instanceof EnumValidationError) {
    const choices = problem.values.map((value) => `'${value}'`).join(', ')
    return `Invalid value for ${spellings(problem.externalFlagName, command)}: '${problem.input}' is not one of ${choices}.`
  }
  if (problem instanceof ArgumentParseError) {
    const { externalFlagNameOrPlaceholder: name, exception } = problem
    const reason = exception instanceof Error ? exception.message : String(exception)
    return `Invalid value for ${spellings(name, command)}: ${reason}`
  }
  if (problem instanceof UnsatisfiedPositionalError) return `Missing argument '${problem.placeholder}'.`
  if (problem instanceof UnexpectedPositionalError) return `Got unexpected extra argument (${problem.input})`
  return problem instanceof Error ? problem.message : String(problem)
}

/** All ways to write an option: `'-s' / '--status'`. */
export function optionSpellings(name: string, command: Command<Context>): string[] {
  const { flags = {}, aliases = {} } = command.parameters
  const internal = Object.keys(flags).find((key) => key === name || kebab(key) === name)
  if (internal === undefined) return []
  const letters = Object.entries(aliases).filter(([, flag]) => flag === internal)
  const others = Object.entries(detailsOf(command).synonyms).filter(([, flag]) => flag === internal)
  return [
    ...letters.map(([letter]) => `-${letter}`),
    `--${kebab(internal)}`,
    ...others.map(([spelling]) => `--${spelling}`),
  ]
}

function spellings(name: string, command: Target): string {
  const known = 'getAllEntries' in command ? [] : optionSpellings(name, command)
  return known.length > 0 ? known.map((spelling) => `'${spelling}'`).join(' / ') : `'${name}'`
}
