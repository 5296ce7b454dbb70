import { buildApplication, buildRouteMap, run, text_en } from '@stricli/core'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { readArguments } from './arguments.ts'
import { defineCommand, defineGroup } from './command.ts'
import type { Context } from './context.ts'
import { UsageError } from './failures.ts'
import { integer, keyValue } from './values.ts'

type Flags = {
  readonly code?: string
  readonly name?: string
  readonly wait: number
  readonly rm: boolean
  readonly quiet: boolean
  readonly env?: readonly (readonly [string, string])[]
}

let seen: { flags: Flags; args: string[] } | undefined

const root = buildRouteMap<string, Context>({
  routes: {
    run: defineCommand<Flags, string[]>({
      brief: 'Runs.',
      usage: 'IMAGE [FILES]...',
      parameters: {
        flags: {
          code: { kind: 'parsed', parse: String, optional: true, brief: '' },
          name: { kind: 'parsed', parse: String, optional: true, brief: '' },
          wait: { kind: 'parsed', parse: integer, default: '0', brief: '' },
          rm: { kind: 'boolean', withNegated: false, brief: '' },
          quiet: { kind: 'boolean', withNegated: false, brief: '' },
          env: { kind: 'parsed', parse: keyValue, optional: true, variadic: true, brief: '' },
        },
        aliases: { c: 'code', t: 'name', q: 'quiet', e: 'env' },
        positional: { kind: 'array', parameter: { parse: String, brief: '', placeholder: 'IMAGE' } },
      },
      synonyms: { 'client-token': 'name' },
      load: () =>
        Promise.resolve({
          default: async (_context: Context, flags: Flags, ...args: string[]) => {
            seen = { flags, args }
          },
        }),
    }),
    ssh: defineCommand<Pick<Flags, 'wait' | 'quiet'>, string[]>({
      brief: 'Passes on.',
      usage: 'SESSION [ARGS]...',
      parameters: {
        flags: {
          wait: { kind: 'parsed', parse: integer, default: '0', brief: '' },
          quiet: { kind: 'boolean', withNegated: false, brief: '' },
        },
        aliases: { p: 'wait', q: 'quiet' },
        positional: { kind: 'array', parameter: { parse: String, brief: '', placeholder: 'SESSION' } },
      },
      passesOnAfter: 1,
      load: () =>
        Promise.resolve({
          default: async (_context: Context, flags: Pick<Flags, 'wait' | 'quiet'>, ...args: string[]) => {
            seen = { flags: flags as Flags, args }
          },
        }),
    }),
  },
  aliases: { go: 'run' },
  docs: { brief: '' },
})

const application = buildApplication(root, {
  name: 'backend.ai',
  scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
  localization: { text: text_en },
})

async function parse(...args: string[]): Promise<{ flags: Partial<Flags>; args: string[] }> {
  seen = undefined
  let problem = ''
  const stream = { write: (text: string) => (problem += text) }
  const context = {
    process: { stdout: stream, stderr: stream },
    conclude: async (work: () => Promise<number | void>) => void (await work()),
  } as unknown as Context
  await run(application, readArguments(root, args).inputs, context)
  expect(problem).toBe('')
  const { flags, args: positionals } = seen!
  return {
    flags: Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined && value !== false)),
    args: positionals,
  }
}

function problemOf(...args: string[]): string {
  try {
    readArguments(root, args)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  return ''
}

describe('options', () => {
  test.each([
    [['run', '--code', 'x', 'python']],
    [['run', '--code=x', 'python']],
    [['run', '-cx', 'python']],
    [['run', '-c', 'x', 'python']],
    [['run', 'python', '-c', 'x']],
    [['go', '--code=y', 'python', '--code', 'x']],
  ])('are written in several ways: %j', async (args) => {
    expect(await parse(...args)).toEqual({ flags: { code: 'x', wait: 0 }, args: ['python'] })
  })

  test('are bundled, repeated, spelt otherwise and ended', async () => {
    expect(
      await parse(
        'run',
        '-qtabcd',
        '-e',
        'A=1',
        '--rm',
        '--env=B=2=3',
        '--client-token',
        'efgh',
        'image',
        '--',
        '-c',
        '--rm',
      ),
    ).toEqual({
      flags: {
        wait: 0,
        quiet: true,
        rm: true,
        name: 'efgh',
        env: [
          ['A', '1'],
          ['B', '2=3'],
        ],
      },
      args: ['image', '-c', '--rm'],
    })
  })

  test('take whatever value follows', async () => {
    const values = fc.array(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('-', '=', 'c', 'h', '\n', ' ', '') })),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 0, max: 2 }), async (given, form) => {
        const value = given.join('')
        const written =
          form === 0 ? ['--code', value] : form === 1 ? [`--code=${value}`] : value ? [`-c${value}`] : ['-c', value]
        expect(await parse('run', ...written, 'image')).toEqual({ flags: { code: value, wait: 0 }, args: ['image'] })
      }),
    )
  })

  test('leave any positional argument alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string()), async (args) => {
        expect((await parse('run', '--rm', '--', ...args)).args).toEqual(args)
      }),
    )
  })
})

describe('root options', () => {
  test.each([[['--output', 'json', 'run', 'x']], [['--output=json', 'run', 'x']], [['run', 'x', '--output', 'json']]])(
    '%j',
    (args) => expect(readArguments(root, args).options.output).toBe('json'),
  )

  test('skip the certificates', () => {
    expect(readArguments(root, ['--skip-sslcert-validation', 'run']).options.skipCertificateValidation).toBe(true)
  })
})

describe('help is asked for', () => {
  test.each([
    [[], []],
    [['-h'], ['--help']],
    [['--version'], ['--version']],
    [
      ['run', '--help'],
      ['run', '--help'],
    ],
    [
      ['run', 'x', '-qh'],
      ['run', '--help'],
    ],
    [
      ['run', '-c', '-h', 'x'],
      ['run', '--code=-h', '--', 'x'],
    ],
  ])('%j', (args, inputs) => expect(readArguments(root, args).inputs).toEqual(inputs))
})

test.each([
  [['foo'], "No such command 'foo'."],
  [['toString'], "No such command 'toString'."],
  [['rn'], "No such command 'rn'. Did you mean 'run'?"],
  [['runn'], "No such command 'runn'. Did you mean 'run'?"],
  [['--nope'], 'No such option: --nope'],
  [['--outptu', 'json', 'run'], 'No such option: --outptu Did you mean --output?'],
  [['run', '--cod=1'], 'No such option: --cod Did you mean --code?'],
  [['run', '--constructor'], 'No such option: --constructor'],
  [['run', '-x'], 'No such option: -x'],
  [['run', '--code'], "Option '--code' requires an argument."],
  [['run', '-c'], "Option '-c' requires an argument."],
  [['run', '--rm=1'], "Option '--rm' does not take a value."],
  [['--output', 'xml', 'run'], "Invalid value for '--output': 'xml' is not one of 'json', 'console'."],
])('%j is a usage error', (args, message) => expect(problemOf(...args)).toBe(message))

describe('what is for another program', () => {
  test.each([
    [['-p', '22', 'train-1', 'mkdir', '-p', 'x'], 22, ['train-1', 'mkdir', '-p', 'x']],
    [['train-1', '-p22', '-L', '1:h:2', '-p', '3', '--', '-x'], 22, ['train-1', '-L', '1:h:2', '-p', '3', '--', '-x']],
    [['train-1', '--wait=22', '-tt', '--', 'ls'], 22, ['train-1', '-tt', '--', 'ls']],
    [['train-1', '--', '-p', '22'], 0, ['train-1', '-p', '22']],
    [['train-1', '-'], 0, ['train-1', '-']],
    [['train-1', '--help-me', '--help'], 0, ['train-1', '--help-me', '--help']],
  ])('%j', async (given, wait, args) => {
    expect(await parse('ssh', ...given)).toMatchObject({ flags: { wait }, args })
  })

  test('begins after the arguments of the command', () => {
    expect(() => readArguments(root, ['ssh', '-v', 'train-1'])).toThrow('No such option: -v')
    expect(readArguments(root, ['ssh', 'train-1', '-h']).inputs).toEqual(['ssh', '--help'])
  })
})

describe('a group', () => {
  const words = (...given: string[]): readonly string[] => readArguments(groups, given).inputs
  const list = defineCommand<Pick<Flags, 'wait'>, []>({
    brief: 'Lists.',
    usage: '',
    parameters: {
      flags: { wait: { kind: 'parsed', parse: integer, default: '0', brief: '' } },
      aliases: { w: 'wait' },
    },
    load: () => Promise.reject(new Error('It is not run.')),
  })
  const groups = defineGroup({
    brief: '',
    routes: {
      plain: defineGroup({ brief: '', routes: { list, rm: list }, aliases: { 'delete-file': 'rm' } }),
      listing: defineGroup({ brief: '', routes: { list, rm: list }, alone: 'list' }),
    },
  })

  test('has commands, which may have other names', () => {
    expect(words('plain', 'list', '-w', '1')).toEqual(['plain', 'list', '--wait=1'])
    expect(words('plain', 'delete-file')).toEqual(['plain', 'delete-file'])
    expect(() => words('plain', 'lost')).toThrow("No such command 'lost'. Did you mean 'list'?")
    expect(() => words('plain', '-w', '1')).toThrow('No such option: -w')
  })

  test('alone is itself, for its help, or means a command', () => {
    expect(words('plain')).toEqual(['plain'])
    expect(words('listing')).toEqual(['listing', 'list'])
    expect(words('listing', '--output', 'json', '-w', '1')).toEqual(['listing', 'list', '--wait=1'])
    expect(words('listing', '-h')).toEqual(['listing', '--help'])
    expect(words('listing', 'rm')).toEqual(['listing', 'rm'])
  })
})
