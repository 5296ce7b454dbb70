/**
 * The steps of a batch run, and how they survive servers that lose results.
 *
 * The agents of some releases (`execute-lossless-batch` lists the others) drop whatever is printed between
 * `clean-finished` or `build-finished` and the next request for results: fast steps lose their result and the run
 * never ends. There, the build and exec steps are held back for longer than that gap, and each says by a mark in its
 * output that it has begun: once the mark is seen, nothing of the step can be lost; if it does not come, the result is
 * known to be lost.
 */
import { refuseUnknownKeys, UnsupportedError } from '@backend-ai-sdk/core'

/** Shell commands; `*` is the runtime's own default, null skips the step. */
export interface BatchCommands {
  clean?: string | null
  build?: string | null
  exec?: string | null
  /** Adds `log` records for the build, with runtimes that support it. */
  buildLog?: boolean
}

export interface WireBatchOptions extends Record<string, unknown> {
  clean: string | null
  build: string | null
  exec: string | null
  buildLog: boolean
}

export function toWireBatch(commands: BatchCommands): WireBatchOptions {
  const wire = { clean: null, build: null, exec: null, buildLog: false }
  refuseUnknownKeys(commands, Object.keys(wire), 'the batch commands')
  return { ...wire, ...commands }
}

/** What `*` means to the Python runner, said in shell: the runner itself cannot be held back. */
const pythonDefaults = {
  build: 'if [ -f Makefile ]; then make; elif [ -f setup.py ]; then python -m pip install --user -e .; fi',
  exec: 'if [ -f main.py ]; then python main.py; else echo "cannot find the main script (\\"main.py\\")." >&2; exit 127; fi',
}

/** @param seconds that a step waits before it begins. */
export function holdBack(
  commands: WireBatchOptions,
  runtime: string | undefined,
  mark: string,
  seconds: number,
  release: string,
): WireBatchOptions {
  function held(step: 'build' | 'exec'): string {
    let command = commands[step] ?? ''
    if (command === '*') {
      if (runtime !== 'python')
        throw new UnsupportedError(
          `This server (release ${release}) loses the results of default steps: give the ${step} command instead of '*'.`,
          'execute-lossless-batch',
          release,
        )
      command = pythonDefaults[step]
    }
    // A shell of its own, so that a command with a syntax error is held back like any other.
    const run = command && `; exec sh -c ${quote(command)}`
    return `sleep ${seconds}; printf '\\036%s\\036' ${mark}${run}`
  }
  return { ...commands, build: held('build'), exec: held('exec') }
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Takes the mark out of a step's output; its text may arrive in pieces. */
export class MarkFilter {
  readonly #mark: string
  #held = ''
  #seen = false

  constructor(mark: string) {
    this.#mark = `\u001E${mark}\u001E`
  }

  get seen(): boolean {
    return this.#seen
  }

  /** For the next step. */
  reset(): void {
    this.#held = ''
    this.#seen = false
  }

  /** What of the text is the program's own. */
  feed(text: string): string {
    if (this.#seen) return text
    this.#held += text
    const at = this.#held.indexOf(this.#mark)
    if (at >= 0) {
      this.#seen = true
      return this.#held.slice(0, at) + this.#held.slice(at + this.#mark.length)
    }
    // The start of a mark may be what stands at the end.
    const start = this.#held.lastIndexOf('\u001E')
    const cut = start >= 0 && this.#mark.startsWith(this.#held.slice(start)) ? start : this.#held.length
    const own = this.#held.slice(0, cut)
    this.#held = this.#held.slice(cut)
    return own
  }
}
