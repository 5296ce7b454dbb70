/** The filter and order languages of paginated lists (protocol 04 §1.9), over rows in memory. */
import { parseDate } from '../formats/dates.ts'
import type { Profile } from '../profiles.ts'

/** A list is compared element by element. */
type Value = string | number | boolean | null | readonly Value[]

export interface ListField<T> {
  get: (row: T) => Value | undefined
  kind?: 'date' | 'status'
  /** Names that a status can have. */
  values?: (profile: Profile) => readonly string[]
  filter?: false
  order?: false
}

export type ListFields<T> = Readonly<Record<string, ListField<T>>>

interface Token {
  type: string
  text: string
  column: number
}

const patterns: readonly [type: string, pattern: RegExp][] = [
  ['ATOM', /^(?:null|true|false)\b/],
  ['BINARY_OP', /^(?:==|!=|>=|<=|>|<|(?:contains|in|isnot|is|like|ilike)\b)/],
  ['UNARY_OP', /^!/],
  ['COMBINE_OP', /^[&|]/],
  ['CNAME', /^[A-Za-z_]\w*/],
  ['ESCAPED_STRING', /^"(?:[^"\\\n]|\\.)*"/],
  ['SIGNED_NUMBER', /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/],
  ['LPAR', /^\(/],
  ['RPAR', /^\)/],
  ['LSQB', /^\[/],
  ['RSQB', /^\]/],
  ['COMMA', /^,/],
]

class Reader {
  readonly #text: string
  readonly #what: string
  #position = 0
  #last: Token | undefined

  constructor(text: string, what: string) {
    this.#text = text
    this.#what = what
  }

  /** The next token without taking it; `$END` at the end. */
  peek(expected: readonly string[]): Token {
    while (/\s/.test(this.#text[this.#position] ?? '')) this.#position += 1
    const rest = this.#text.slice(this.#position)
    if (rest === '') {
      const column = this.#last ? this.#last.column : 1
      return { type: '$END', text: '', column }
    }
    for (const [type, pattern] of patterns) {
      const match = pattern.exec(rest)
      if (match) return { type, text: match[0], column: this.#position + 1 }
    }
    const found = `No terminal matches '${rest[0]}' in the current parser context, at line 1 col ${this.#position + 1}`
    const previous = this.#last ? `\nPrevious tokens: ${describe(this.#last)}\n` : ''
    const marker = `${this.#text}\n${' '.repeat(this.#position)}^`
    throw this.error(`${found}\n\n${marker}\nExpected one of: \n${list(expected)}${previous}`)
  }

  take(expected: readonly string[]): Token {
    const token = this.peek(expected)
    if (!expected.includes(token.type)) {
      // At the end the parser does not tell what came before (observed).
      const isEnd = token.type === '$END'
      const previous = this.#last && !isEnd ? `Previous tokens: [${describe(this.#last)}]\n` : ''
      const where = `at line 1, column ${token.column}`
      throw this.error(`Unexpected token ${describe(token)} ${where}.\nExpected one of: \n${list(expected)}${previous}`)
    }
    this.#position += token.text.length
    this.#last = token
    return token
  }

  error(text: string): Error {
    return new Error(`Query ${this.#what} parsing error: ${text}`)
  }
}

const describe = ({ type, text }: Token): string => `Token('${type}', '${text}')`
const list = (types: readonly string[]): string => types.map((type) => `\t* ${type}\n`).join('')

type Predicate<T> = (row: T) => boolean

const startOfExpression = ['CNAME', 'LPAR', 'UNARY_OP']
const startOfValue = ['ATOM', 'SIGNED_NUMBER', 'ESCAPED_STRING', 'LSQB']

export function parseFilter<T>(text: string, fields: ListFields<T>, profile: Profile): Predicate<T> {
  const reader = new Reader(text, 'filter')
  const predicate = expression()
  reader.take(['$END'])
  return predicate

  /** Right-associative without precedence; `!` takes all that follows. */
  function expression(): Predicate<T> {
    const token = reader.take(startOfExpression)
    if (token.type === 'UNARY_OP') {
      const inner = expression()
      return (row) => !inner(row)
    }
    let left: Predicate<T>
    if (token.type === 'LPAR') {
      left = expression()
      reader.take(['RPAR'])
    } else {
      left = comparison(token.text)
    }
    const next = reader.peek(['COMBINE_OP', '$END'])
    if (next.type !== 'COMBINE_OP') return left
    reader.take(['COMBINE_OP'])
    const right = expression()
    return next.text === '&' ? (row) => left(row) && right(row) : (row) => left(row) || right(row)
  }

  function comparison(name: string): Predicate<T> {
    const operator = reader.take(['BINARY_OP']).text
    const given = value()
    const field = fields[name]
    if (!field || field.filter === false) {
      const where = 'Error trying to process rule "binary_expr":\n\n'
      throw reader.error(`${where}('Unknown/unsupported field name', '${name}')`)
    }
    const wanted = convert(field, given)
    return (row) => {
      const found = field.get(row)
      return isList(found) ? found.some((item) => compare(item, operator, wanted)) : compare(found, operator, wanted)
    }
  }

  function convert(field: ListField<T>, given: Value): Value {
    if (isList(given)) return given.map((item) => convert(field, item))
    if (typeof given !== 'string') return given
    if (field.kind === 'date') return parseDate(given)?.time ?? Number.NaN
    const values = field.values?.(profile)
    if (!values || values.includes(given.toUpperCase())) return values ? given.toUpperCase() : given
    const where = 'Error trying to process rule "binary_expr":\n\n'
    throw reader.error(
      profile.problems.errorCode
        ? `${where}'${given}' is not a valid SessionStatus`
        : `${where}expected one of \`${values.join(', ')}\` or lower names; got \`${given}\``,
    )
  }

  function value(): Value {
    const token = reader.take(startOfValue)
    if (token.type === 'ATOM') return token.text === 'null' ? null : token.text === 'true'
    if (token.type === 'SIGNED_NUMBER') return Number(token.text)
    if (token.type === 'ESCAPED_STRING') return token.text.slice(1, -1).replaceAll(String.raw`\"`, '"')
    const items: Value[] = []
    while (reader.peek([...startOfValue, 'RSQB']).type !== 'RSQB') {
      items.push(value())
      if (reader.peek(['COMMA', 'RSQB']).type === 'COMMA') reader.take(['COMMA'])
      else break
    }
    reader.take(['RSQB'])
    return items
  }
}

/** `%` any text, `_` one character. */
function like(text: string, pattern: string, flags: string): boolean {
  const source = pattern
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('%', '.*')
    .replaceAll('_', '.')
  return new RegExp(`^${source}$`, `s${flags}`).test(text)
}

function compare(found: Value | undefined, operator: string, wanted: Value): boolean {
  if (operator === 'is') return found === wanted
  if (operator === 'isnot') return found !== wanted
  // As in SQL nothing compares with NULL.
  if (found === null || found === undefined || wanted === null) return false
  if (operator === 'in') return isList(wanted) && wanted.includes(found)
  if (operator === 'contains') return like(textOf(found), `%${textOf(wanted)}%`, '')
  if (operator === 'like') return like(textOf(found), textOf(wanted), '')
  if (operator === 'ilike') return like(textOf(found), textOf(wanted), 'i')
  const order = compareValues(found, wanted)
  switch (operator) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    case '<':
      return order < 0
    default:
      return order <= 0
  }
}

const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value)
const textOf = (value: Value): string => (isList(value) ? value.map(textOf).join(',') : String(value))

function compareValues(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const [first, second] = [textOf(left), textOf(right)]
  return first < second ? -1 : first > second ? 1 : 0
}

export type Comparison<T> = (left: T, right: T) => number

/** Nulls come last in ascending order, as PostgreSQL has it. */
export const byField = <T>(get: ListField<T>['get'], isDescending: boolean): Comparison<T> => {
  const sign = isDescending ? -1 : 1
  return (left, right) => {
    const [first, second] = [get(left) ?? null, get(right) ?? null]
    if (first === null || second === null) return sign * (Number(first === null) - Number(second === null))
    return sign * compareValues(first, second)
  }
}

export function parseOrder<T>(text: string, fields: ListFields<T>): Comparison<T>[] {
  const comparisons: Comparison<T>[] = []
  const pieces = text.trim() === '' ? [] : text.split(',')
  let column = 1
  for (const piece of pieces) {
    const match = /^\s*([+-]?)\s*([A-Za-z_]\w*)\s*(.*)$/s.exec(piece)
    const [, sign = '', name = '', rest = ''] = match ?? []
    if (!match || rest !== '') {
      const at = column + piece.length - rest.length
      const token = rest.split(/\s/, 1)[0] ?? ''
      throw new Error(
        `Query ordering parsing error: Unexpected token Token('CNAME', '${token}') at line 1, column ${at}.\n` +
          `Expected one of: \n\t* COMMA\n\t* $END\nPrevious tokens: [Token('CNAME', '${name}')]\n`,
      )
    }
    const field = fields[name]
    if (!field || field.order === false) {
      throw new Error(
        'Query ordering parsing error: Error trying to process rule "col":\n\n' +
          `('Unknown/unsupported field name', '${name}')`,
      )
    }
    comparisons.push(byField(field.get, sign === '-'))
    column += piece.length + 1
  }
  return comparisons
}
