/**
 * Items one by one that come in batches. A generator takes several turns of the event loop for each item, and of events
 * there may be a hundred in one read.
 */
export function unbatched<Item>(
  batches: AsyncGenerator<readonly Item[], void, undefined>,
): AsyncGenerator<Item, void, undefined> {
  let batch: readonly Item[] = []
  let at = 0
  /** The call before, while it waits: those behind it get what is behind. */
  let pending: Promise<unknown> | undefined

  async function pull(): Promise<IteratorResult<Item, void>> {
    do {
      const { done, value } = await batches.next()
      if (done) return { done, value: undefined }
      batch = value
      at = 0
    } while (batch.length === 0)
    return { done: false, value: batch[at++]! }
  }

  function take(): Promise<IteratorResult<Item, void>> {
    if (at < batch.length) return Promise.resolve({ done: false, value: batch[at++]! })
    return pull()
  }

  function inTurn(): Promise<IteratorResult<Item, void>> {
    const turn = pending ? pending.then(take, take) : take()
    const over = (): void => {
      if (pending === turn) pending = undefined
    }
    pending = turn
    turn.then(over, over)
    return turn
  }

  function leave(): void {
    batch = []
    at = 0
  }

  return {
    next: () => (!pending && at < batch.length ? take() : inTurn()),
    async return() {
      leave()
      await batches.return()
      return { done: true, value: undefined }
    },
    async throw(error) {
      leave()
      await batches.throw(error)
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await this.return()
    },
  }
}
