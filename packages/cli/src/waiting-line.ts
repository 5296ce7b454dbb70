/** A line that tells what is waited for, how it stands and for how long; on terminals alone. */
import { displayWidth } from './display-width.ts'
import type { Output } from './output.ts'

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const frameTime = 100

/** Is there until it is disposed of. */
export class WaitingLine implements Disposable {
  readonly #output: Output
  readonly #start = performance.now()
  readonly #timer: NodeJS.Timeout | undefined
  #text: string
  #frame = 0

  constructor(output: Output, text: string) {
    this.#output = output
    this.#text = text
    if (!output.stderrLook.terminal) return
    this.#draw()
    this.#timer = setInterval(() => this.#draw(), frameTime)
  }

  update(text: string): void {
    if (text === this.#text) return
    this.#text = text
    if (this.#timer) this.#draw()
  }

  #draw(): void {
    const seconds = Math.floor((performance.now() - this.#start) / 1000)
    const elapsed = seconds > 0 ? ` (${seconds} s)` : ''
    const text = cut(this.#text.replaceAll(/\s+/g, ' '), this.#output.width - elapsed.length - 2)
    this.#output.wait(text + elapsed, frames[this.#frame++ % frames.length]!)
  }

  [Symbol.dispose](): void {
    if (!this.#timer) return
    clearInterval(this.#timer)
    this.#output.clear()
  }
}

function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  const letters = Array.from(text)
  while (letters.length > 0 && displayWidth(letters.join('')) >= width) letters.pop()
  return `${letters.join('')}…`
}

/** `Session train-1 is PENDING: no-available-instances...` */
export function statusText(label: string, report: { status: string; statusInfo?: string | undefined }): string {
  const { status, statusInfo } = report
  const reason = statusInfo && statusInfo !== status.toLowerCase() ? `: ${statusInfo}` : ''
  return `Session ${label} is ${status}${reason}...`
}
