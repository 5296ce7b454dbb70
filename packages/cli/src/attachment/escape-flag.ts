/** The option of all commands that open terminals. */

/** One ASCII character, or `none`. */
export function parseEscape(text: string): string {
  if (text !== 'none' && !/^[!-~]$/.test(text)) throw new Error(`'${text}' is neither one character nor 'none'.`)
  return text
}

export const escapeFlag = {
  kind: 'parsed',
  parse: parseEscape,
  default: '~',
  placeholder: 'CHARACTER',
  brief: 'What leaves the terminal, with a dot, at the start of a line; or none.',
} as const

/** Undefined: nothing leaves the terminal. */
export const escapeOf = ({ escape }: { readonly escape: string }): string | undefined =>
  escape === 'none' ? undefined : escape
