/**
 * Checks of parameters, with the complaints of both generations of servers: trafaret's (up to 26.2, a map of field to
 * text) and pydantic's (typed handlers since 26.3). The texts are those observed on 23.9.10 and 26.9.6.
 */
import { isObject, type Json, type JsonObject } from './formats/json.ts'
import { Problem } from './problems.ts'
import type { Profile } from './profiles.ts'
import { isUUID } from './random.ts'

export class Complaint {
  readonly legacy: Json
  /** Pydantic's type and text. */
  readonly type: string
  readonly text: string
  /** Where in the value: `.A` of a key, nothing for the value itself. */
  readonly where: string

  constructor(legacy: Json, type: string, text: string, where = '') {
    this.legacy = legacy
    this.type = type
    this.text = text
    this.where = where
  }

  /** The same about a part of a value. */
  at(key: string | number): Complaint {
    return new Complaint({ [key]: this.legacy }, this.type, this.text, `.${key}${this.where}`)
  }
}

/** The value as it is meant, or what is wrong with it. */
export type Check<T> = (value: unknown) => T | Complaint

export interface Field<T> {
  names: readonly string[]
  check: Check<T>
  /** Missing is an error without it. */
  fallback?: { value: T }
}

export type Fields = Readonly<Record<string, Field<unknown>>>
export type Parsed<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer T> ? T : never }

export const required = <T>(check: Check<T>, ...names: string[]): Field<T> => ({ names, check })
export const optional = <T, D>(check: Check<T>, value: D, ...names: string[]): Field<T | D> => ({
  names,
  check,
  fallback: { value },
})

/** Plain strings of old handlers refuse the empty one. */
export const text =
  (profile: Profile): Check<string> =>
  (value) => {
    if (typeof value !== 'string') {
      return new Complaint('value is not a string', 'string_type', 'Input should be a valid string')
    }
    return value === '' && profile.parameters === 'strict'
      ? new Complaint('blank value is not allowed', 'string_type', 'blank value is not allowed')
      : value
  }

export const nullable =
  <T>(check: Check<T>): Check<T | null> =>
  (value) => {
    if (value === null) return null
    const checked = check(value)
    return checked instanceof Complaint
      ? new Complaint({ 0: 'value should be None', 1: checked.legacy }, checked.type, checked.text, checked.where)
      : checked
  }

export const pattern =
  (expression: RegExp | null, source: string): Check<string> =>
  (value) => {
    if (typeof value !== 'string') {
      return new Complaint('value is not a string', 'string_type', 'Input should be a valid string')
    }
    if (expression === null || expression.test(value)) return value
    return new Complaint(`does not match pattern ${source}`, 'string_pattern_mismatch', `String should match ${source}`)
  }

export const integer =
  (minimum: number, maximum = Infinity): Check<number> =>
  (value) => {
    const isNumeric = typeof value === 'number' || (typeof value === 'string' && /^\s*-?\d+\s*$/.test(value))
    const number = isNumeric ? Math.trunc(Number(value)) : Number.NaN
    if (Number.isNaN(number)) {
      const parsing = 'Input should be a valid integer, unable to parse string as an integer'
      return new Complaint("value can't be converted to int", 'int_parsing', parsing)
    }
    if (number < minimum) {
      const message = `Input should be greater than or equal to ${minimum}`
      return new Complaint(`value is less than ${minimum}`, 'greater_than_equal', message)
    }
    if (number > maximum) {
      const message = `Input should be less than or equal to ${maximum}`
      return new Complaint(`value is greater than ${maximum}`, 'less_than_equal', message)
    }
    return number
  }

const words: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  y: true,
  on: true,
  '1': true,
  false: false,
  f: false,
  no: false,
  n: false,
  off: false,
  '0': false,
}

export const flag: Check<boolean> = (value) => {
  if (typeof value === 'boolean') return value
  const meant = typeof value === 'string' || typeof value === 'number' ? words[String(value).toLowerCase()] : undefined
  if (meant !== undefined) return meant
  const message = 'Input should be a valid boolean, unable to interpret input'
  return new Complaint("value can't be converted to Bool", 'bool_parsing', message)
}

/** One of some words; old servers name the Python class in their complaint, if it is one. */
export const choice =
  <const T extends string>(values: readonly T[], className?: string): Check<T> =>
  (value) => {
    const found = values.find((candidate) => candidate === value)
    if (found !== undefined) return found
    const quoted = values.map((candidate) => `'${candidate}'`)
    const list = quoted.length > 1 ? `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}` : quoted.join('')
    const legacy = className ? `value is not a valid member of ${className}` : "value doesn't match any variant"
    return new Complaint(legacy, 'enum', `Input should be ${list}`)
  }

export const dictionary: Check<JsonObject> = (value) =>
  isObject(value) ? value : new Complaint('value is not a dict', 'dict_type', 'Input should be a valid dictionary')

export const dictionaryOf =
  <T>(check: Check<T>): Check<Record<string, T>> =>
  (value) => {
    if (!isObject(value)) {
      return new Complaint('value is not a dict', 'dict_type', 'Input should be a valid dictionary')
    }
    const result: Record<string, T> = {}
    for (const [key, item] of Object.entries(value)) {
      const checked = check(item)
      if (checked instanceof Complaint) return checked.at(key)
      result[key] = checked
    }
    return result
  }

export const listOf =
  <T>(check: Check<T>): Check<T[]> =>
  (value) => {
    if (!Array.isArray(value)) return new Complaint('value is not a list', 'list_type', 'Input should be a valid list')
    const result: T[] = []
    for (const [index, item] of value.entries()) {
      const checked = check(item)
      if (checked instanceof Complaint) return checked.at(index)
      result.push(checked)
    }
    return result
  }

export const uuid: Check<string> = (value) => {
  if (typeof value === 'string' && isUUID(value)) return value.toLowerCase()
  const given = typeof value === 'string' ? value : ''
  const wrong = given.search(/[^\da-f-]/i)
  const why = wrong === -1 ? 'invalid length' : `invalid character: found \`${given[wrong]}\` at ${wrong + 1}`
  return new Complaint('cannot convert value to UUID', 'uuid_parsing', `Input should be a valid UUID, ${why}`)
}

/** A URL with a scheme; 26.9 takes any text. */
export const absoluteURL =
  (profile: Profile): Check<string> =>
  (value) => {
    if (typeof value !== 'string') {
      return new Complaint('value is not a string', 'string_type', 'Input should be a valid string')
    }
    return profile.parameters === 'typed' || /^[a-z][a-z\d+.-]*:\/\//i.test(value)
      ? value
      : new Complaint("ValueError('URL should be absolute')", 'url_parsing', 'Input should be a valid URL')
  }

export const slotAmount: Check<string | number> = (value) =>
  typeof value === 'string' || typeof value === 'number'
    ? value
    : new Complaint('value is not a string', 'string_type', 'Input should be a valid string')

/** All fields of an object; what is wrong with any of them is one problem. */
export function parse<F extends Fields>(
  fields: F,
  input: JsonObject,
  profile: Profile,
  /** Name of the server's request class, which 26.9 tells. */
  model: string,
): Parsed<F> {
  const complaints = new Map<string, Complaint>()
  const result: Record<string, unknown> = {}
  const known = new Set<string>()
  for (const [key, field] of Object.entries(fields)) {
    for (const name of field.names) known.add(name)
    const given = field.names.find((name) => input[name] !== undefined)
    if (given !== undefined) {
      const checked = field.check(input[given])
      if (checked instanceof Complaint) complaints.set(given, checked)
      else result[key] = checked
    } else if (field.fallback) {
      result[key] = field.fallback.value
    } else {
      complaints.set(key, new Complaint('is required', 'missing', 'Field required'))
    }
  }
  if (profile.parameters === 'strict') {
    for (const name of Object.keys(input)) {
      if (!known.has(name)) complaints.set(name, new Complaint(`${name} is not allowed key`, 'extra_forbidden', ''))
    }
  }
  if (complaints.size === 0) return result as Parsed<F>
  throw profile.parameters === 'strict' ? legacyProblem(complaints) : typedProblem(complaints, model)
}

const legacyProblem = (complaints: ReadonlyMap<string, Complaint>): Problem =>
  new Problem('invalid-params', {
    msg: 'Input validation error',
    data: Object.fromEntries([...complaints].map(([name, complaint]) => [name, complaint.legacy])),
  })

/** In the form of 26.9.6, without its reprs of the input. */
function typedText(complaints: ReadonlyMap<string, Complaint>, model: string): string {
  const count = complaints.size === 1 ? '1 validation error' : `${complaints.size} validation errors`
  const lines = [...complaints].map(
    ([name, { type, text: message, where }]) => `${name}${where}\n  ${message} [type=${type}]`,
  )
  return `Schema validation failed. (${count} for ${model}\n${lines.join('\n')})`
}

const typedProblem = (complaints: ReadonlyMap<string, Complaint>, model: string): Problem =>
  new Problem('typed-params', { msg: `<BackendAISchemaValidationFailed(400): ${typedText(complaints, model)}>` })
