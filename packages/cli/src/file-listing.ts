/** How lists of files show what they show (protocol 05 §5.4). */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Oct 27 2020 15:28:40` */
export function localTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')
  return `${months[time.getMonth()]} ${two(time.getDate())} ${time.getFullYear()} ${clock}`
}

const units = ['KiB', 'MiB', 'GiB', 'TiB']

/** `1 Byte`, `552 Bytes`, `1.2 KiB` */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? '1 Byte' : `${bytes} Bytes`
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length)
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`
}

const letters = { file: '-', directory: 'd', symlink: 'l', other: '?' } as const

/** `644` as `-rw-r--r--`, `1777` as `drwxrwxrwt`. */
export function modeText(type: keyof typeof letters, mode: string): string {
  const value = Number.parseInt(mode, 8)
  const bits = Array.from('rwxrwxrwx', (letter, at) => (value & (0o400 >> at) ? letter : '-'))
  for (const [at, bit, letter] of [
    [2, 0o4000, 's'],
    [5, 0o2000, 's'],
    [8, 0o1000, 't'],
  ] as const)
    if (value & bit) bits[at] = bits[at] === 'x' ? letter : letter.toUpperCase()
  return letters[type] + bits.join('')
}
