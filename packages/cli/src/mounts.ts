/** Mount expressions (protocol 05 §3.5): `NAME`, `NAME=PATH`, `NAME:PATH`, and the pairs of release 25.15. */
import type { SessionMount } from '@backend-ai-sdk/client'

const keys = ['type', 'source', 'target', 'perm', 'permission'] as const
type Key = (typeof keys)[number]

const types = ['bind', 'volume', 'tmpfs', 'k8s-generic', 'k8s-hostpath'] as const
const permissions = ['ro', 'rw', 'wd'] as const

/** @throws an error that says what is wrong with it. */
export function parseMount(text: string): SessionMount {
  const pairs = splitOutside(text, ',').map(readPair)
  const [first] = pairs
  if (!first || first.name === '') throw new Error(`'${text}' names no folder.`)
  if (!isKey(first.name)) return plainMount(text)
  const values = new Map<Key, string>()
  for (const { name, value } of pairs) {
    if (!isKey(name)) throw new Error(`'${name}' in '${text}' is not one of ${keys.join(', ')}.`)
    if (value === undefined) throw new Error(`'${name}' in '${text}' has no value.`)
    values.set(name === 'perm' ? 'permission' : name, value)
  }
  const source = values.get('source')
  if (!source) throw new Error(`'${text}' names no folder: source=NAME.`)
  return {
    name: source,
    ...given('target', values.get('target')),
    ...given('permission', choice('permission', values.get('permission'), permissions)),
    ...given('type', choice('type', values.get('type'), types)),
  }
}

/** At the first `=`, or else at the first `:`. */
function plainMount(text: string): SessionMount {
  const pair = readPair(text)
  if (pair.value === undefined) return { name: pair.name }
  if (pair.value === '') throw new Error(`'${text}' has no path after the folder.`)
  return { name: pair.name, target: pair.value }
}

interface PairText {
  name: string
  value: string | undefined
}

function readPair(text: string): PairText {
  for (const mark of ['=', ':']) {
    const [name = '', ...rest] = splitOutside(text, mark)
    if (rest.length > 0) return { name: unquoted(name), value: unquoted(rest.join(mark)) }
  }
  return { name: unquoted(text), value: undefined }
}

/** Not where the mark is escaped or inside of double quotes. */
function splitOutside(text: string, mark: string): string[] {
  const parts = ['']
  let isQuoted = false
  for (let index = 0; index < text.length; index++) {
    const unit = text[index]!
    const next = text[index + 1]
    if (unit === '\\' && next !== undefined && /[\\,:=]/.test(next)) {
      parts.push(`${parts.pop()!}${unit}${next}`)
      index++
    } else if (unit === mark && !isQuoted) parts.push('')
    else {
      if (unit === '"') isQuoted = !isQuoted
      parts.push(parts.pop()! + unit)
    }
  }
  return parts
}

const unquoted = (text: string): string => text.replace(/^"(.*)"$/s, '$1').replaceAll(/\\([\\,:=])/g, '$1')

const isKey = (name: string): name is Key => (keys as readonly string[]).includes(name)

const given = <Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> =>
  (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, Value>>

function choice<Choice extends string>(
  name: string,
  value: string | undefined,
  known: readonly Choice[],
): Choice | undefined {
  const chosen = known.find((candidate) => candidate === value)
  if (value !== undefined && chosen === undefined)
    throw new Error(`${name} '${value}' is not one of ${known.join(', ')}.`)
  return chosen
}
