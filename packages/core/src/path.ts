/**
 * Template tag for request paths: each value becomes one percent-encoded segment or part of one.
 *
 * @example path`/session/${'my session'}/logs` // '/session/my%20session/logs'
 * @throws TypeError for a value that is empty, `.` or `..`: the URL parser would drop it and another route be hit.
 */
export function path(texts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  let result = texts[0] ?? ''
  values.forEach((value, index) => {
    const text = String(value)
    if (text === '' || text === '.' || text === '..')
      throw new TypeError(`A path segment cannot be ${JSON.stringify(text)}`)
    result += encodeURIComponent(text) + texts[index + 1]
  })
  return result
}
