interface Waiting<Item> {
  resolve: (item: Item | undefined) => void
  reject: (error: unknown) => void
}

/** Callbacks in, awaited items out: what a socket says, until somebody asks for it. */
export class Queue<Item> {
  readonly #items: { item: Item; size: number }[] = []
  readonly #waiting: Waiting<Item>[] = []
  readonly #onSize: (size: number) => void
  #size = 0
  #end: { error?: unknown } | undefined

  /** @param onSize told how much is held, in the units of {@link push}, whenever that changes. */
  constructor(onSize: (size: number) => void = () => {}) {
    this.#onSize = onSize
  }

  /** After the end: ignored. */
  push(item: Item, size = 1): void {
    if (this.#end) return
    const waiting = this.#waiting.shift()
    if (waiting) return waiting.resolve(item)
    this.#items.push({ item, size })
    this.#resize(size)
  }

  /** No more items; what is held is still handed out, then `undefined`, or the error. The first call counts. */
  end(error?: unknown): void {
    if (this.#end) return
    this.#end = error === undefined ? {} : { error }
    for (const waiting of this.#waiting.splice(0)) this.#settle(waiting)
  }

  next(): Promise<Item | undefined> {
    return new Promise((resolve, reject) => {
      const held = this.#items.shift()
      if (held) {
        this.#resize(-held.size)
        resolve(held.item)
      } else if (this.#end) this.#settle({ resolve, reject })
      else this.#waiting.push({ resolve, reject })
    })
  }

  /** What is held, without waiting. */
  take(): Item | undefined {
    const held = this.#items.shift()
    if (held) this.#resize(-held.size)
    return held?.item
  }

  #settle({ resolve, reject }: Waiting<Item>): void {
    if (this.#end && 'error' in this.#end) reject(this.#end.error)
    else resolve(undefined)
  }

  #resize(by: number): void {
    this.#size += by
    this.#onSize(this.#size)
  }
}
