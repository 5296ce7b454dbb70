/** Options and arguments as most commands have them. */

export const text = (placeholder: string, brief: string) =>
  ({ kind: 'parsed', parse: String, optional: true, placeholder, brief }) as const

export const yes = (brief: string) => ({ kind: 'boolean', withNegated: false, brief }) as const

export const choice = <const Value extends string>(values: readonly Value[], placeholder: string, brief: string) =>
  ({ kind: 'enum', values, optional: true, placeholder, brief: `${brief} ${values.join(', ')}.` }) as const

export const argument = (placeholder: string, brief: string) => ({ brief, parse: String, placeholder }) as const

/** One argument that has to be there, and any number of others. */
export const oneAndMore = (placeholder: string, brief: string) =>
  ({ kind: 'array', minimum: 1, parameter: argument(placeholder, brief) }) as const
