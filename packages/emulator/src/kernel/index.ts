/**
 * The languages of kernels, by name. What a language needs is loaded when it is asked for. For Node, Deno and Bun; a
 * page takes `scripted.ts` alone.
 */
import process from 'node:process'

import type { Kernel, KernelOptions, StartKernel } from './kernel.ts'
import type { Availability } from './programs.ts'

export type { Availability } from './programs.ts'

interface LanguageModule {
  check(path?: string): Promise<Availability>
  start: StartKernel
}

const modules = {
  python: (): Promise<LanguageModule> => import('./python.ts'),
  node: (): Promise<LanguageModule> => import('./node.ts'),
  shell: (): Promise<LanguageModule> => import('./shell.ts'),
  scripted: (): Promise<LanguageModule> => import('./scripted.ts'),
}

export type Language = keyof typeof modules
export const languages = Object.keys(modules) as Language[]

/** A language that is not known, or whose program is not on this machine; the message says which. */
export class KernelUnavailableError extends Error {
  override readonly name = 'KernelUnavailableError'
  readonly code = 'ERR_KERNEL_UNAVAILABLE'
}

/** Whether kernels of a language can be started here: `{ available: true, version, path }` or the reason why not. */
export async function checkLanguage(language: string, path?: string): Promise<Availability> {
  if (!isLanguage(language))
    return { available: false, reason: `Unknown language '${language}'; known: ${languages.join(', ')}.` }
  if (process.platform === 'win32' && language !== 'scripted') {
    return { available: false, reason: 'Kernels with processes need a POSIX system; this is Windows.' }
  }
  return (await modules[language]()).check(path)
}

/** Starts a kernel; resolves when it can run code. Rejects with `KernelUnavailableError` where the language lacks. */
export async function startKernel(language: string, options: KernelOptions): Promise<Kernel> {
  const found = await checkLanguage(language, options.environment['PATH'])
  if (!found.available) throw new KernelUnavailableError(found.reason)
  return (await modules[language as Language]()).start(options)
}

function isLanguage(name: string): name is Language {
  return Object.hasOwn(modules, name)
}
