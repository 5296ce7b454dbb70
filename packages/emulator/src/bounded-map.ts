/** What is worth keeping, without an end to it. */
export class BoundedMap<Key, Value> {
  readonly #limit: number
  readonly #values = new Map<Key, Value>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get(key: Key): Value | undefined {
    return this.#values.get(key)
  }

  /** The oldest makes room. */
  add(key: Key, value: Value): Value {
    const [oldest] = this.#values.keys()
    if (this.#values.size >= this.#limit && oldest !== undefined) this.#values.delete(oldest)
    this.#values.set(key, value)
    return value
  }
}
