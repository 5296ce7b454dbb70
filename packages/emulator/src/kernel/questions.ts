/** Who waits for a line of input, and the lines that came too early. */
export interface Question {
  isPassword: boolean
  answer(text: string): void
}

export class Questions {
  readonly #onWaiting: (isPassword: boolean) => void
  readonly #lines: string[] = []
  #waiting: Question[] = []
  /** The one that the user was told of. */
  #posed: Question | undefined

  constructor(onWaiting: (isPassword: boolean) => void) {
    this.#onWaiting = onWaiting
  }

  ask(question: Question): void {
    this.#waiting.push(question)
    this.#poseNext()
  }

  input(line: string): void {
    this.#lines.push(line)
    this.#answer()
  }

  withdraw(question: Question): void {
    this.#waiting = this.#waiting.filter((other) => other !== question)
    if (this.#posed !== question) return
    this.#posed = undefined
    this.#poseNext()
  }

  /** The run is over: nobody waits any more. */
  clear(): void {
    this.#waiting = []
    this.#posed = undefined
  }

  #poseNext(): void {
    const [next] = this.#waiting
    if (this.#posed || !next) return
    this.#posed = next
    this.#onWaiting(next.isPassword)
    this.#answer()
  }

  #answer(): void {
    const posed = this.#posed
    if (!posed || this.#lines.length === 0) return
    this.#posed = undefined
    this.#waiting.shift()
    posed.answer(this.#lines.shift() as string)
    // Nothing is said while the call that brought the line is still running.
    queueMicrotask(() => this.#poseNext())
  }
}
