/** The one place that knows what must not be shown. */

const hidden = '[redacted]'

/** Names of headers, query parameters and JSON fields whose values are secret. */
const secretName =
  /authorization|cookie|secret|password|passwd|token|credential|signature|api-?key|otp$|backendai-sessionid/i

/** Headers as plain data, with secret values replaced. */
export function redactHeaders(headers: Headers): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const [name, value] of headers) shown[name] = secretName.test(name) ? hidden : value
  return shown
}

/** A URL or a request target with the values of secret parameters replaced. */
export function redactURL(url: string): string {
  return url.replaceAll(/([?&]([^=&#]+)=)[^&#]*/g, (whole, start: string, name: string) =>
    secretName.test(name) ? start + hidden : whole,
  )
}

/** Free text: signatures, bearer tokens, cookies and `name=value` pairs of secrets replaced. */
export function redactText(text: string): string {
  return text
    .replaceAll(/(credential=[^:\s]+:)[^\s,"']+/gi, `$1${hidden}`)
    .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${hidden}`)
    .replaceAll(/\b(cookie:\s*)[^\n]+/gi, `$1${hidden}`)
    .replaceAll(
      /(["']?[\w-]*(?:secret|password|passwd|token|cookie)[\w-]*["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&"'{}]+)/gi,
      `$1${hidden}`,
    )
}

/** For messages: nobody has to know which parameters are secret. */
export const withoutQuery = (url: string): string => url.split('?', 1)[0]!
