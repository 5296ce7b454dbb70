/** How many places a text takes in a terminal. */

const picture = /[\u20E3\p{Extended_Pictographic}\p{Emoji_Presentation}]/u
const combining = /[\u0300-\u036F]/g
/** The letters of Chinese, Japanese and Korean, with their signs and wide forms. */
const wide =
  /[\u1100-\u115F\u2329\u232A\u2E80-\u303E\u3040-\u3247\u3250-\u4DBF\u4E00-\uA4C6\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6B\uFF01-\uFF60\uFFE0-\uFFE6\u{1B000}\u{1B001}\u{1F200}-\u{1F251}\u{20000}-\u{3FFFD}]/gu

export function displayWidth(text: string): number {
  // Most are ASCII.
  if (/^[ -~]*$/.test(text)) return text.length
  const flat = picture.test(text) ? replacePictures(text) : text
  return Array.from(flat.replaceAll(combining, '').replaceAll(wide, '  ')).length
}

/** Two places each, with what makes one of several. Made when needed, since to read such an expression takes 10 ms. */
const replacePictures = (text: string): string =>
  text.replaceAll(new RegExp(String.raw`\p{RGI_Emoji}|\p{Emoji_Presentation}|\p{Emoji_Modifier_Base}`, 'gv'), '  ')
