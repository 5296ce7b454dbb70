export interface Page<Item> {
  items: Item[]
  /** Of all pages. */
  totalCount: number
  /** Of the first item of this page. */
  offset: number
}

/**
 * A list that is fetched page by page as it is read. Nothing is sent before it is.
 *
 * @example
 * for await (const session of client.sessions.list()) console.log(session.name)
 * const { items, totalCount } = await client.sessions.list().page()
 */
export class Pages<Item> implements AsyncIterable<Item> {
  readonly #fetchPage: (offset: number) => Promise<Omit<Page<Item>, 'offset'>>

  constructor(fetchPage: (offset: number) => Promise<Omit<Page<Item>, 'offset'>>) {
    this.#fetchPage = fetchPage
  }

  /** One page, with the number of items on all. */
  async page({ offset = 0 }: { offset?: number } = {}): Promise<Page<Item>> {
    return { ...(await this.#fetchPage(offset)), offset }
  }

  /** All items, or the first `max`. */
  async all({ max = Number.POSITIVE_INFINITY }: { max?: number } = {}): Promise<Item[]> {
    const items: Item[] = []
    if (max > 0) for await (const item of this) if (items.push(item) >= max) break
    return items
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for (let offset = 0; ;) {
      const { items, totalCount } = await this.#fetchPage(offset)
      yield* items
      offset += items.length
      if (items.length === 0 || offset >= totalCount) return
    }
  }
}
