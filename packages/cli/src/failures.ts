/** Ways in which a command ends that are not the fault of the program, each with its exit code (protocol 05 §12). */

export const exitCodes = { failure: 1, usage: 2, timeout: 3, invalidArgument: 4 } as const

/** Told in one line, with a cross; further lines are hints. */
export class Failure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number = exitCodes.failure) {
    super(message)
    this.exitCode = exitCode
  }
}

/** An argument that the parser let pass, but that cannot work. */
export class InvalidArgument extends Failure {
  constructor(message: string) {
    super(message, exitCodes.invalidArgument)
  }
}

/** Told with the usage of the command, whose words are given; none for the whole program. */
export class UsageError extends Error {
  readonly words: readonly string[]

  constructor(message: string, words: readonly string[]) {
    super(message)
    this.words = words
  }
}

export function notSupported(app: string, others: readonly { readonly name: string }[]): Failure {
  const names = others.map(({ name }) => name).join(', ')
  return new Failure(`The app "${app}" is not supported by the session.${names && `\nIt has ${names}.`}`)
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGPIPE: 13, SIGTERM: 15 } as const

export type InterruptingSignal = keyof typeof signalNumbers

/** The reason of the signal that ends all that a command waits for. */
export class Interruption extends Error {
  readonly signal: InterruptingSignal

  constructor(signal: InterruptingSignal) {
    super(`Ended by ${signal}.`)
    this.signal = signal
  }

  /** As shells tell of it. */
  get exitCode(): number {
    return 128 + signalNumbers[this.signal]
  }
}
