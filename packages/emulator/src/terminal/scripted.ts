/** A terminal without any process, for pages and for machines that have none: a shell that knows a few commands. */
import { LineEditor } from './line-editor.ts'
import type { StartTerminal, Terminal, TerminalOptions, TerminalSize } from './terminal.ts'

/** Ready at once, wherever it runs. */
export const start: StartTerminal = (options) => Promise.resolve(new ScriptedTerminal(options))

const prompt = 'work@main1:~$ '

/** What `seq` and `yes` print at a time: the terminal may be held back in between. */
const linesAtATime = 100

const utf8 = new TextEncoder()

/** A command: its words, of which the first is its name. What it yields is printed. */
type Command = (words: readonly string[], shell: ScriptedTerminal) => Iterable<string> | AsyncIterable<string>

const commands: Readonly<Record<string, Command>> = {
  help: () => [`Commands: ${Object.keys(commands).join(' ')}\n`],
  echo: ([, ...words]) => [`${words.join(' ')}\n`],
  pwd: () => ['/home/work\n'],
  hostname: () => ['main1\n'],
  whoami: () => ['work\n'],
  tty: () => ['/dev/pts/0\n'],
  true: () => [],
  clear: () => ['\u001B[H\u001B[2J'],
  stty: ([, what], { size }) =>
    what === 'size' ? [`${size.rows} ${size.cols}\n`] : [`rows ${size.rows}; columns ${size.cols};\n`],
  env: (_words, { environment }) => Object.entries(environment).map(([name, value]) => `${name}=${value}\n`),
  *seq([, first = '1', last = first]) {
    const from = first === last ? 1 : Number(first)
    for (let at = from; at <= Number(last); at += linesAtATime) {
      const count = Math.min(linesAtATime, Number(last) - at + 1)
      yield Array.from({ length: count }, (_, index) => `${at + index}\n`).join('')
    }
  },
  *yes([, word = 'y']) {
    for (;;) yield `${word}\n`.repeat(linesAtATime)
  },
  async *sleep([, seconds], { signal }) {
    yield* await new Promise<string[]>((resolve) => {
      const timer = setTimeout(() => resolve([]), Number(seconds) * 1000)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        resolve([])
      })
    })
  },
  async *cat(_words, shell) {
    for (let line = await shell.read(); line !== null; line = await shell.read()) yield `${line}\n`
  },
}

class ScriptedTerminal implements Terminal {
  readonly environment: Readonly<Record<string, string>>
  size: TerminalSize
  readonly #options: TerminalOptions
  readonly #editor = new LineEditor({
    echo: (text) => this.#print(text),
    line: (text) => this.#take(text),
    interrupt: () => this.#interrupt(),
    end: () => this.#take(null),
  })
  /** Lines that nobody took yet; null is the end of the input. */
  readonly #lines: (string | null)[] = []
  #wake = (): void => {}
  #resume = (): void => {}
  #paused: Promise<void> | undefined
  #running = new AbortController()
  #isOver = false

  constructor(options: TerminalOptions) {
    this.#options = options
    this.environment = { ...options.environment, HOME: '/home/work', TERM: 'xterm', USER: 'work' }
    this.size = { rows: options.rows, cols: options.cols }
    void this.#run()
  }

  /** Aborted by Ctrl-C and by the end. */
  get signal(): AbortSignal {
    return this.#running.signal
  }

  write(bytes: Uint8Array): void {
    const copy = bytes.slice()
    queueMicrotask(() => this.#editor.type(copy))
  }

  resize({ rows, cols }: TerminalSize): void {
    this.size = { rows, cols }
  }

  pause(): void {
    this.#paused ??= new Promise((resolve) => (this.#resume = resolve))
  }

  resume(): void {
    this.#paused = undefined
    this.#resume()
  }

  async stop(): Promise<void> {
    await Promise.resolve()
    this.#end()
  }

  /** The next line; null at the end of the input, and where the command is interrupted. */
  async read(): Promise<string | null> {
    const { signal } = this
    while (this.#lines.length === 0 && !signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve))
    return signal.aborted ? null : (this.#lines.shift() ?? null)
  }

  async #run(): Promise<void> {
    await Promise.resolve()
    while (!this.#isOver) {
      this.#running = new AbortController()
      this.#print(prompt)
      const line = await this.read()
      if (this.signal.aborted) continue
      if (line === null || line.trim() === 'exit') {
        this.#print('exit\r\n')
        this.#end()
        return
      }
      for (const command of line.split(';')) if (!this.signal.aborted) await this.#play(command)
    }
  }

  async #play(line: string): Promise<void> {
    const words = this.#expand(line).split(/\s+/).filter(Boolean)
    const [name] = words
    if (name === undefined) return
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    const output = command?.(words, this) ?? [`bash: ${name}: command not found\n`]
    for await (const text of output) {
      // A turn of its own, in which Ctrl-C is heard.
      await new Promise((resolve) => setTimeout(resolve))
      while (this.#paused && !this.signal.aborted) await this.#paused
      if (this.signal.aborted) return
      this.#print(text.replaceAll('\n', '\r\n'))
    }
  }

  /** Variables, and sums such as `$((40+2))`. Quotes are taken away. */
  #expand(line: string): string {
    return line
      .replaceAll(/\$\(\((\d+)([+*-])(\d+)\)\)/g, (_text, left: string, sign: string, right: string) => {
        const [a, b] = [Number(left), Number(right)]
        return String(sign === '+' ? a + b : sign === '-' ? a - b : a * b)
      })
      .replaceAll(/\$(\w+)/g, (_text, name: string) => this.environment[name] ?? '')
      .replaceAll(/["']/g, '')
  }

  #take(line: string | null): void {
    this.#lines.push(line)
    this.#wake()
  }

  #interrupt(): void {
    this.#lines.length = 0
    this.#running.abort()
    this.#resume()
    this.#wake()
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#interrupt()
    this.#options.onExit()
  }

  #print(text: string): void {
    if (!this.#isOver) this.#options.onOutput(utf8.encode(text))
  }
}
