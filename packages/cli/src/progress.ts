/** Bars of transfers, as the Python command draws them (protocol 05 §1.11). */

const width = 10
/** Eighths of a place, as tqdm fills its last one. */
const parts = ' ▏▎▍▌▋▊▉'

/** Three significant digits, with `k`, `M`, `G` for powers of 1000 or 1024. */
function scaled(amount: number, base: number): string {
  let value = amount
  for (const unit of ['', 'k', 'M', 'G']) {
    if (value < 999.5) return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0) + unit
    value /= base
  }
  return `${value.toFixed(0)}T`
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  const minutes = String(Math.floor(whole / 60) % 60).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  return `${hours > 0 ? `${hours}:` : ''}${minutes}:${String(whole % 60).padStart(2, '0')}`
}

export interface Progress {
  /** Bytes, of all that there are. */
  readonly sent: number
  readonly total: number
  /** Milliseconds since the start. */
  readonly elapsed: number
  /** Bytes per second. Default: what was sent over what has elapsed. */
  readonly rate?: number | undefined
  readonly file?: string | undefined
}

/** `100%|██████████| 0.98k/0.98k [00:00<00:00, 823kbytes/s]`, with powers of 1024. */
export const transferBar = (progress: Progress): string => bar(progress, 1024)

/** `Uploading files: 100%|██████████| 25.0/25.0 [00:00<00:00, 10.5kbytes/s, file=mycode.py]` */
export const uploadBar = (progress: Progress): string => `Uploading files: ${bar(progress, 1000)}`

function bar({ sent, total, elapsed, rate = sent / (elapsed / 1000), file }: Progress, base: number): string {
  const share = total > 0 ? Math.min(1, sent / total) : 1
  const eighths = Math.floor(share * width * 8)
  const last = eighths % 8 > 0 ? parts[eighths % 8] : ''
  const blocks = ('█'.repeat(Math.floor(eighths / 8)) + last).padEnd(width)
  const isKnown = Number.isFinite(rate) && rate > 0
  const left = isKnown ? clock(Math.max(0, total - sent) / rate) : '?'
  const speed = isKnown ? scaled(rate, base) : '?'
  const percent = String(Math.floor(share * 100)).padStart(3)
  const more = file === undefined ? '' : `, file=${file}`
  return `${percent}%|${blocks}| ${scaled(sent, base)}/${scaled(total, base)} [${clock(elapsed / 1000)}<${left}, ${speed}bytes/s${more}]`
}
