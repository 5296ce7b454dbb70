/** Commands and groups of them: what a command takes is always loaded, what it does only when it runs. */
import { buildCommand, buildRouteMap } from '@stricli/core'
import type { Command, CommandBuilderArguments, RouteMap } from '@stricli/core'

import type { Context } from './context.ts'

/** @returns the exit code; none is 0. */
type Work<Flags, Arguments extends readonly unknown[]> = (
  context: Context,
  flags: Flags,
  ...args: Arguments
) => Promise<number | void>

type Parameters<
  Flags extends Readonly<Partial<Record<keyof Flags, unknown>>>,
  Arguments extends readonly unknown[],
> = CommandBuilderArguments<Flags, Arguments, Context>['parameters']

export interface CommandDefinition<
  Flags extends Readonly<Partial<Record<keyof Flags, unknown>>>,
  Arguments extends readonly unknown[],
> {
  /** Purpose, in one line. */
  readonly brief: string
  /** More of it, for the help of the command. */
  readonly description?: string
  /** The arguments as the usage line shows them. */
  readonly usage: string
  readonly parameters: Parameters<Flags, Arguments>
  /** Other long spellings of a flag. */
  readonly synonyms?: Readonly<Record<string, keyof Flags & string>>
  /** After so many arguments of its own, from the first word that is no option of it: all is for another program. */
  readonly passesOnAfter?: number
  readonly load: () => Promise<{ default: Work<Flags, Arguments> }>
}

export interface CommandDetails {
  readonly usage: string
  readonly synonyms: Readonly<Record<string, string>>
  readonly passesOnAfter?: number | undefined
}

const details = new WeakMap<object, CommandDetails>()

/** What the parser does not keep of a command. */
export const detailsOf = (command: object): CommandDetails => details.get(command) ?? { usage: '', synonyms: {} }

export function defineCommand<
  const Flags extends Readonly<Partial<Record<keyof Flags, unknown>>>,
  const Arguments extends readonly unknown[],
>(definition: CommandDefinition<Flags, Arguments>): Command<Context> {
  const { brief, description, usage, parameters, synonyms = {}, passesOnAfter, load } = definition
  const command = buildCommand<Flags, Arguments, Context>({
    loader: async () => {
      const { default: work } = await load()
      return async function start(this: Context, flags: Flags, ...args: Arguments) {
        await this.conclude(() => work(this, flags, ...args))
      }
    },
    parameters,
    docs: { brief, ...(description !== undefined && { fullDescription: description }) },
  })
  details.set(command, { usage, synonyms, passesOnAfter })
  return command
}

export interface GroupDefinition<Name extends string> {
  readonly brief: string
  readonly routes: Readonly<Record<Name, Command<Context> | RouteMap<Context>>>
  readonly aliases?: Readonly<Record<string, NoInfer<Name>>>
  /** Spellings of other releases, which the help leaves out. */
  readonly hidden?: readonly NoInfer<Name>[]
  /** The command that the group alone means. Default: its help. */
  readonly alone?: NoInfer<Name>
}

const meantAlone = new WeakMap<object, string>()

/** The word that is meant where a group is named without one. */
export const wordMeantAlone = (group: object): string | undefined => meantAlone.get(group)

export function defineGroup<const Name extends string>(definition: GroupDefinition<Name>): RouteMap<Context> {
  const { brief, routes, aliases, hidden = [], alone } = definition
  const group = buildRouteMap<string, Context>({
    routes,
    ...(aliases && { aliases }),
    docs: { brief, hideRoute: Object.fromEntries(hidden.map((name) => [name, true])) },
  })
  if (alone !== undefined) meantAlone.set(group, alone)
  return group
}
