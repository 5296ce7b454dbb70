/** Which sessions a `run` stands for: the combinations of its ranges (protocol 05 §3.3). */
import { InvalidArgument } from '../../failures.ts'
import type { Pair } from '../../values.ts'
import { type Range, valueLimit } from './ranges.ts'

export interface Case {
  readonly environment: readonly Pair[]
  readonly build: string
  readonly exec: string
}

export interface CaseOptions {
  readonly env?: readonly Pair[] | undefined
  readonly build: string
  readonly exec: string
  readonly envRange?: readonly Range[] | undefined
  readonly buildRange?: readonly Range[] | undefined
  readonly execRange?: readonly Range[] | undefined
}

export interface CaseSet {
  readonly cases: readonly Case[]
  /** Texts such as `$HOME` that look like names of ranges where there are ranges, and are left as they are. */
  readonly unknownNames: readonly string[]
}

type Variables = ReadonlyMap<string, string>

/** Environment first, then build, then exec, which changes fastest; each of the same combinations once. */
export function casesOf(options: CaseOptions): CaseSet {
  const families = [options.envRange, options.buildRange, options.execRange].map((ranges = []) => combinations(ranges))
  const [environments = [], builds = [], execs = []] = families
  checkNumber(environments.length * builds.length * execs.length)
  const unknown = new Set<string>()
  const fill = (text: string, variables: Variables): string =>
    interpolate(text, variables, (name) => variables.size > 0 && unknown.add(`$${name}`))
  const cases = new Map<string, Case>()
  for (const ofEnvironment of environments) {
    const environment = (options.env ?? []).map(([key, value]): Pair => [key, fill(value, ofEnvironment)])
    for (const ofBuild of builds) {
      const build = fill(options.build, ofBuild)
      for (const ofExec of execs) {
        const made: Case = { environment, build, exec: fill(options.exec, ofExec) }
        const text = JSON.stringify(made)
        if (!cases.has(text)) cases.set(text, made)
      }
    }
  }
  return { cases: [...cases.values()], unknownNames: [...unknown] }
}

/** The last definition of a key counts, at the place of its first. One empty combination where there are no ranges. */
function combinations(ranges: readonly Range[]): Variables[] {
  const byKey = new Map(ranges.map(({ key, values }) => [key, values]))
  let made: Variables[] = [new Map()]
  for (const [key, values] of byKey) {
    checkNumber(made.length * values.length)
    made = made.flatMap((variables) => values.map((value) => new Map([...variables, [key, value]])))
  }
  return made
}

function checkNumber(count: number): void {
  if (count > valueLimit) throw new InvalidArgument(`${count} combinations are more than ${valueLimit}.`)
}

/**
 * Replaces `$name` and `${name}` where the name is defined, and `$$` by a dollar sign. Everything else, such as `$HOME`
 * in a shell command, is left as it is; the Python command fails on it.
 */
export function interpolate(text: string, variables: Variables, onUnknown: (name: string) => void = () => {}): string {
  return text.replaceAll(
    /\$(?:\$|\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g,
    (whole, braced?: string, bare?: string) => {
      if (whole === '$$') return '$'
      const name = braced ?? bare ?? ''
      const value = variables.get(name)
      if (value === undefined) onUnknown(name)
      return value ?? whole
    },
  )
}
