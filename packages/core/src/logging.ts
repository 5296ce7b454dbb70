/** Logger and metrics, as hooks. Loaded only where one of them is wanted. */
import type { Config } from './config.ts'
import { isBackendAIError } from './errors.ts'
import { logLevels, type CallEvent, type Hooks, type Logger, type LogLevel, type Metric } from './hooks.ts'
import { redactHeaders, redactText, redactURL } from './redact.ts'

/** Everything to the standard error: the standard output of a program is its own. */
const stderr: Logger = {
  debug: (...data: unknown[]) => console.error(...data),
  info: (...data: unknown[]) => console.error(...data),
  warn: (...data: unknown[]) => console.error(...data),
  error: (...data: unknown[]) => console.error(...data),
}

/** The hooks of a client: its own, after those that log and measure. */
export function observingHooks({ hooks, logger, logLevel, onMetric }: Config): Hooks {
  const all = [
    ...(logLevel === 'silent' ? [] : [loggingHooks(logger ?? stderr, logLevel)]),
    ...(onMetric ? [metricHooks(onMetric)] : []),
    ...(hooks ? [hooks] : []),
  ]
  return {
    async request(event) {
      for (const hooks of all) await hooks.request?.(event)
    },
    async response(event) {
      for (const hooks of all) await hooks.response?.(event)
    },
    retry: (event) => all.forEach((hooks) => hooks.retry?.(event)),
    success: (event) => all.forEach((hooks) => hooks.success?.(event)),
    error: (event) => all.forEach((hooks) => hooks.error?.(event)),
    stream: (event) => all.forEach((hooks) => hooks.stream?.(event)),
  }
}

function loggingHooks(logger: Logger, level: LogLevel): Hooks {
  const log = (at: Exclude<LogLevel, 'silent'>, text: string, facts?: object): void => {
    if (logLevels.indexOf(at) >= logLevels.indexOf(level)) logger[at](`backend.ai ${text}`, ...(facts ? [facts] : []))
  }
  const line = ({ method, url }: { method: string; url: URL }): string => `${method} ${redactURL(url.href)}`
  const told = (error: unknown): string => redactText(error instanceof Error ? error.message : String(error))
  return {
    request(event) {
      log('debug', `→ ${line(event)} (attempt ${event.attempt})`, redactHeaders(event.headers))
    },
    response(event) {
      log('debug', `← ${event.status} ${line(event)} ${event.duration.toFixed()} ms`, redactHeaders(event.headers))
    },
    retry: (event) => log('warn', `↻ ${line(event)} again in ${event.delay.toFixed()} ms: ${told(event.error)}`),
    success: (event) => log('info', `✔ ${line(event)} ${event.duration.toFixed()} ms`),
    error: (event) => log('error', `✘ ${line(event)} ${event.duration.toFixed()} ms: ${told(event.error)}`),
    stream: (event) =>
      log(
        event.error ? 'error' : 'info',
        `⇄ ${event.state} ${redactURL(event.url.href)}${event.error ? `: ${told(event.error)}` : ''}`,
      ),
  }
}

function metricHooks(onMetric: (metric: Metric) => void): Hooks {
  const tell = ({ method, url, attempts, duration }: CallEvent, outcome: string): void =>
    onMetric({ name: 'call', method, path: url.pathname, outcome, attempts, duration })
  return {
    success: (event) => tell(event, 'ok'),
    error: (event) => tell(event, isBackendAIError(event.error) ? event.error.code : 'other'),
  }
}
