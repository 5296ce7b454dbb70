/** Templates as documents of YAML or JSON, in every spelling that a release has for their keys (protocol 02 §8.2, §8.3). */
import { ConfigError, nearest } from '@backend-ai-sdk/core'
import type { Document } from 'yaml'

/** Scalars are texts: `cpu: 1` and `cpu: "1"` mean the same. */
export type Node = string | null | undefined | Node[] | { [key: string]: Node }

/** Whatever JSON holds, as YAML without types would read it. */
export function nodeOf(value: unknown): Node {
  if (value === null || value === undefined) return value
  if (Array.isArray(value)) return value.map(nodeOf)
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, nodeOf(item)]))
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The documents of a text. @throws ConfigError that says where it is malformed. */
export async function parseDocuments(text: string): Promise<Node[]> {
  const { parseAllDocuments } = await import('yaml')
  // Without types nothing is lost: `1.10`, `yes` and `0644` stay what they are.
  const options = { schema: 'failsafe', merge: true } as const
  const documents = parseAllDocuments(text, options)
  const found: Node[] = []
  for (const document of 'empty' in documents ? [] : documents) {
    const node = valueOf(document)
    if (node !== null && node !== '') found.push(node)
  }
  return found
}

/** Aliases are looked for when the value is made, and may make it much larger. */
function valueOf(document: Document): Node {
  const [error] = document.errors
  try {
    if (error) throw error
    return document.toJS({ maxAliasCount: 100 }) as Node
  } catch (cause) {
    throw new ConfigError(`The template is no YAML: ${(cause as Error).message}`, { cause })
  }
}

/** @param document as JSON has it. */
export async function formatDocument(document: unknown, format: 'yaml' | 'json'): Promise<string> {
  if (format === 'json') return `${JSON.stringify(document, null, 2)}\n`
  return (await import('yaml')).stringify(document)
}

/** Reads an object by the names that its keys may have, and refuses others. */
export class Fields {
  readonly #object: { [key: string]: Node }
  readonly #place: string
  readonly #known: string[] = []

  constructor(node: Node, place: string) {
    if (node === null || typeof node !== 'object' || Array.isArray(node))
      throw new ConfigError(`${place} of the template is to be an object.`)
    this.#object = node
    this.#place = place
  }

  /** Undefined where it is absent, null, or empty. */
  get(...names: string[]): Node {
    this.#known.push(...names)
    const name = names.find((name) => this.#object[name] !== undefined)
    const value = name === undefined ? undefined : this.#object[name]
    return value === null || (typeof value === 'string' && empty.has(value)) ? undefined : value
  }

  text(...names: string[]): string | undefined {
    const value = this.get(...names)
    if (value !== undefined && typeof value !== 'string') throw this.#wrong(names[0]!, 'a text')
    return value
  }

  required(...names: string[]): string {
    const value = this.text(...names)
    if (value === undefined) throw new ConfigError(`The template lacks ${this.#place}.${names[0]}.`)
    return value
  }

  oneOf<const T extends string>(choices: readonly T[], ...names: string[]): T | undefined {
    const value = this.text(...names)
    const found = choices.find((choice) => choice === value)
    if (value !== undefined && found === undefined) throw this.#wrong(names[0]!, `one of ${choices.join(', ')}`)
    return found
  }

  fields(...names: string[]): Fields | undefined {
    const value = this.get(...names)
    return value === undefined ? undefined : new Fields(value, `${this.#place}.${names[0]}`)
  }

  list(...names: string[]): Node[] | undefined {
    const value = this.get(...names)
    if (value !== undefined && !Array.isArray(value)) throw this.#wrong(names[0]!, 'a list')
    return value
  }

  /** Names of the user's own, with texts; without one the text is empty. */
  texts(...names: string[]): Record<string, string> | undefined {
    const value = this.get(...names)
    if (value === undefined) return undefined
    if (typeof value === 'string' || Array.isArray(value)) throw this.#wrong(names[0]!, 'an object of texts')
    const entries = Object.entries(value!).map(([key, item]) => {
      if (item !== null && item !== undefined && typeof item !== 'string') throw this.#wrong(names[0]!, 'texts only')
      return [key, item ?? ''] as const
    })
    return Object.fromEntries(entries)
  }

  /** @throws ConfigError for a key that was not asked for: servers answer 500 to it, and do not say which. */
  end(): void {
    const unknown = Object.keys(this.#object).find((key) => !this.#known.includes(key))
    if (unknown === undefined) return
    const meant = nearest(unknown, this.#known)
    throw new ConfigError(
      `Unknown key '${unknown}' in ${this.#place} of the template${meant ? `: did you mean '${meant}'?` : ''}`,
    )
  }

  #wrong(name: string, what: string): ConfigError {
    return new ConfigError(`${this.#place}.${name} of the template is to be ${what}.`)
  }
}

const empty = new Set(['', '~', 'null'])
