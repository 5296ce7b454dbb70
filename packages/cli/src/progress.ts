/** The bar of uploads, as the Python command draws it (protocol 05 §1.11). */

const width = 10
/** Eighths of a place, as tqdm fills its last one. */
const parts = ' ▏▎▍▌▋▊▉'

/** Three significant digits, with `k`, `M`, `G` for powers of 1000. */
function scaled(amount: number): string {
  let value = amount
  for (const unit of ['', 'k', 'M', 'G']) {
    if (value < 999.5) return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0) + unit
    value /= 1000
  }
  return `${value.toFixed(0)}T`
}

const clock = (seconds: number): string => {
  const whole = Math.floor(seconds)
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`
}

export interface Progress {
  readonly sent: number
  readonly total: number
  /** Milliseconds since the start. */
  readonly elapsed: number
  readonly file: string
}

/** `Uploading files: 100%|██████████| 25.0/25.0 [00:00<00:00, 10.5kbytes/s, file=mycode.py]` */
export function uploadBar({ sent, total, elapsed, file }: Progress): string {
  const share = total > 0 ? sent / total : 1
  const eighths = Math.floor(share * width * 8)
  const last = eighths % 8 > 0 ? parts[eighths % 8] : ''
  const bar = ('█'.repeat(Math.floor(eighths / 8)) + last).padEnd(width)
  const seconds = elapsed / 1000
  const rate = seconds > 0 && sent > 0 ? sent / seconds : undefined
  const left = rate === undefined ? '?' : clock((total - sent) / rate)
  const speed = rate === undefined ? '?bytes/s' : `${scaled(rate)}bytes/s`
  const percent = String(Math.floor(share * 100)).padStart(3)
  return `Uploading files: ${percent}%|${bar}| ${scaled(sent)}/${scaled(total)} [${clock(seconds)}<${left}, ${speed}, file=${file}]`
}
