/**
 * The program of a page without a cluster: it understands a few lines of Python (`print`, `input`, `HTML`, `SVG`,
 * names, numbers, strings and arithmetic), one statement a line, and says so about all else.
 */
import type { Script, ScriptIO } from './scripted.ts'

type Value = number | string | undefined

const LIMITS = 'this demonstration understands print(), input(), HTML(), SVG(), names and arithmetic'
const token = /\s*(?:(\d+(?:\.\d+)?)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|([A-Za-z_]\w*)|(\*\*|\/\/|[-+*/%(),=]))/y
const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0' }

/** A new namespace; names are kept from run to run. */
export function demoScript(): Script {
  const names = new Map<string, Value>()
  return async (code, io) => {
    const lines = code.split('\n')
    for (const [index, line] of lines.entries()) {
      io.signal.throwIfAborted()
      try {
        const value = await new Statement(line, names, io).run()
        if (value !== undefined && index === lines.findLastIndex((text) => text.trim() !== '')) io.stdout(repr(value))
      } catch (error) {
        if (!(error instanceof DemoError)) throw error
        io.stderr(`  File "<cell>", line ${index + 1}\n    ${line.trim()}\n${error.message}\n`)
        return 1
      }
    }
    return 0
  }
}

class DemoError extends Error {}

class Statement {
  readonly #tokens: { kind: 'number' | 'string' | 'name' | 'sign' | 'end'; text: string }[] = []
  readonly #names: Map<string, Value>
  readonly #io: ScriptIO

  constructor(line: string, names: Map<string, Value>, io: ScriptIO) {
    this.#names = names
    this.#io = io
    const source = line.replace(/^((?:[^#'"]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")*)#.*/, '$1').trimEnd()
    for (token.lastIndex = 0; token.lastIndex < source.length;) {
      const found = token.exec(source)
      if (!found) throw new DemoError(`SyntaxError: ${LIMITS}`)
      const kinds = ['number', 'string', 'name', 'sign'] as const
      const kind = kinds.find((_, index) => found[index + 1] !== undefined) ?? 'sign'
      this.#tokens.push({ kind, text: found[0].trim() })
    }
  }

  async run(): Promise<Value> {
    if (this.#tokens.length === 0) return undefined
    const [name, equals] = this.#tokens
    if (name?.kind === 'name' && equals?.text === '=') {
      this.#tokens.splice(0, 2)
      this.#names.set(name.text, await this.#sum())
      this.#end()
      return undefined
    }
    const value = await this.#sum()
    this.#end()
    return value
  }

  #end(): void {
    if (this.#tokens.length > 0) throw new DemoError(`SyntaxError: ${LIMITS}`)
  }

  #take(...signs: string[]): string | undefined {
    const [next] = this.#tokens
    return next?.kind === 'sign' && signs.includes(next.text) ? this.#tokens.shift()?.text : undefined
  }

  async #sum(): Promise<Value> {
    let left = await this.#product()
    for (let sign; (sign = this.#take('+', '-'));) left = calculate(left, sign, await this.#product())
    return left
  }

  async #product(): Promise<Value> {
    let left = await this.#power()
    for (let sign; (sign = this.#take('*', '/', '//', '%'));) left = calculate(left, sign, await this.#power())
    return left
  }

  async #power(): Promise<Value> {
    if (this.#take('-')) return calculate(0, '-', await this.#power())
    const left = await this.#operand()
    return this.#take('**') ? calculate(left, '**', await this.#power()) : left
  }

  async #operand(): Promise<Value> {
    if (this.#take('(')) {
      const value = await this.#sum()
      if (!this.#take(')')) throw new DemoError("SyntaxError: '(' was never closed")
      return value
    }
    const next = this.#tokens.shift()
    if (next?.kind === 'number') return Number(next.text)
    if (next?.kind === 'string') {
      return next.text.slice(1, -1).replaceAll(/\\(.)/g, (_, character: string) => escapes[character] ?? character)
    }
    if (next?.kind !== 'name') throw new DemoError(`SyntaxError: ${LIMITS}`)
    if (this.#take('(')) return this.#call(next.text)
    if (!this.#names.has(next.text)) throw new DemoError(`NameError: name '${next.text}' is not defined; ${LIMITS}`)
    return this.#names.get(next.text)
  }

  async #call(name: string): Promise<Value> {
    const values: Value[] = []
    while (!this.#take(')')) {
      values.push(await this.#sum())
      if (!this.#take(',') && this.#tokens[0]?.text !== ')') throw new DemoError("SyntaxError: '(' was never closed")
    }
    const text = values.map((value) => String(value ?? 'None')).join(' ')
    if (name === 'input') return this.#io.input(text)
    if (name === 'print') this.#io.stdout(`${text}\n`)
    else if (name === 'HTML') this.#io.html(text)
    else if (name === 'SVG') this.#io.media('image/svg+xml', text)
    else throw new DemoError(`NameError: name '${name}' is not defined; ${LIMITS}`)
    return undefined
  }
}

function calculate(left: Value, sign: string, right: Value): Value {
  if (sign === '+' && typeof left === 'string' && typeof right === 'string') return left + right
  if (sign === '*' && typeof left === 'string' && typeof right === 'number') return left.repeat(Math.max(0, right))
  if (typeof left !== 'number' || typeof right !== 'number') {
    throw new DemoError(`TypeError: unsupported operand types for ${sign}`)
  }
  if (right === 0 && (sign === '/' || sign === '//' || sign === '%'))
    throw new DemoError('ZeroDivisionError: division by zero')
  switch (sign) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '//':
      return Math.floor(left / right)
    case '%':
      return ((left % right) + right) % right
    default:
      return left ** right
  }
}

function repr(value: number | string): string {
  return typeof value === 'number'
    ? String(value)
    : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
}
