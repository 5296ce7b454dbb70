/**
 * The steps of a batch run, and how they survive servers that lose results.
 *
 * The agents of some releases (`execute-lossless-batch` lists the others) drop whatever comes between `clean-finished`
 * or `build-finished` and the next request for results: fast steps lose their result and the run never ends. There, the
 * build and exec steps are held back for longer than that gap, and each says by a mark in its output that it has begun:
 * once the mark is seen, nothing of the step can be lost; if it does not come, the result is known to be lost. Because
 * the runner skips the exec step after a failed build, and a skipped step takes no time, the build always ends well and
 * tells its exit code by a second mark.
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
  function shell(step: 'build' | 'exec'): string {
    const command = commands[step] ?? ''
    if (command !== '*') return command
    if (runtime === 'python') return pythonDefaults[step]
    throw new UnsupportedError(
      `This server (release ${release}) loses the results of default steps: give the ${step} command instead of '*'.`,
      'execute-lossless-batch',
      release,
    )
  }
  const begin = `sleep ${seconds}; printf '\\036%s\\036' ${mark}; `
  const failed = `/tmp/.failed-${mark}`
  // Shells of their own, so that a command with a syntax error is held back like any other.
  const build = `sh -c ${quote(shell('build'))}; code=$?; [ $code = 0 ] || : > ${failed}; printf '\\036%s:%s\\036' ${mark} $code`
  const exec = `if [ -e ${failed} ]; then rm ${failed}; exit 127; fi; exec sh -c ${quote(shell('exec'))}`
  return { ...commands, build: begin + build, exec: begin + exec }
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Takes the marks out of a step's output; its text may arrive in pieces. */
export class MarkFilter {
  readonly #whole: RegExp
  readonly #start: string
  #held = ''
  #seen = false
  #exitCode: number | undefined

  constructor(mark: string) {
    this.#start = `\u001E${mark}`
    this.#whole = new RegExp(`\u001E${mark}(?::(\\d+))?\u001E`, 'g')
  }

  /** The step has begun. */
  get seen(): boolean {
    return this.#seen
  }

  /** Of a build that has ended. */
  get exitCode(): number | undefined {
    return this.#exitCode
  }

  /** At the end of a step: ready for the next. @returns what was kept back, and is the program's own after all. */
  reset(): string {
    const rest = this.#held
    this.#held = ''
    this.#seen = false
    this.#exitCode = undefined
    return rest
  }

  /** What of the text is the program's own. */
  feed(text: string): string {
    const own = (this.#held + text).replaceAll(this.#whole, (_mark, code?: string) => {
      this.#seen = true
      if (code !== undefined) this.#exitCode = Number(code)
      return ''
    })
    // What stands at the end may be the beginning of a mark.
    const at = own.lastIndexOf('\u001E')
    const tail = at < 0 ? '' : own.slice(at)
    this.#held =
      tail && tail.length < this.#start.length + 8 && (this.#start.startsWith(tail) || tail.startsWith(this.#start))
        ? tail
        : ''
    return own.slice(0, own.length - this.#held.length)
  }
}
