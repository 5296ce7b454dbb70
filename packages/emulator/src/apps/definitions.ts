/** Which apps there are, what they may be told, and how they start: the service definitions of images. */
import { type AppOptions, type AppPlace, LaunchError, type RunningApp } from './app.ts'

interface AppDefinition {
  /** Where its page is, if it is not `{protocol}://{host}:{port}`. */
  urlTemplate?: string
  allowedArguments?: readonly string[]
  allowedEnviron?: readonly string[]
  launch(place: AppPlace, options: AppOptions): Promise<RunningApp>
}

/** The options as the command line has them. */
const commandLine = ({ arguments: given }: AppOptions): string[] =>
  Object.entries(given).flatMap(([name, value]) => [name, ...(value === null ? [] : [value].flat())])

const files: AppDefinition['launch'] = async (place, options) => {
  const { fileApp } = await import('./files.ts')
  const directory = options.arguments['--directory']
  return place.host.serve(fileApp(place, typeof directory === 'string' ? directory : '.'))
}

const program =
  (name: string, ...parameters: string[]): AppDefinition['launch'] =>
  (place, options) =>
    place.host.run({
      command: (port) => [
        name,
        ...parameters.map((text) => text.replace('{port}', String(port))),
        ...commandLine(options),
      ],
      environment: { ...place.environment, ...options.environ },
      home: place.home,
    })

const jupyter = (name: string): Pick<AppDefinition, 'launch'> => ({
  launch: program(
    name,
    '--no-browser',
    '--allow-root',
    '--ip=127.0.0.1',
    '--port={port}',
    '--IdentityProvider.token=',
    '--ServerApp.disable_check_xsrf=True',
  ),
})

const definitions: Readonly<Record<string, AppDefinition>> = {
  sshd: { launch: (place) => place.host.sshd(place) },
  ttyd: {
    launch: async (place) => {
      const { Ttyd } = await import('./ttyd.ts')
      const ttyd = new Ttyd(place)
      const app = await place.host.serve((connection) => ttyd.accept(connection))
      return { ...app, stop: () => ttyd.stop().then(() => app.stop()) }
    },
  },
  jupyter: {
    urlTemplate: '{protocol}://{host}:{port}/lab',
    allowedArguments: ['--ServerApp.base_url'],
    allowedEnviron: ['JUPYTER_PREFER_ENV_PATH'],
    ...jupyter('jupyter-lab'),
  },
  jupyterlab: jupyter('jupyter-lab'),
  // The file servers of the recorded images.
  webapp: { allowedArguments: ['--directory'], allowedEnviron: ['WEBAPP_COLOR'], launch: files },
  httpd: { urlTemplate: '{protocol}://{host}:{port}/', launch: files },
  echo: {
    launch: async ({ host }) => host.serve((await import('./echo.ts')).echo),
  },
}

export const definitionOf = (name: string): AppDefinition | undefined =>
  Object.hasOwn(definitions, name) ? definitions[name] : undefined

/** With the runner's words (23.9: 154). @throws LaunchError */
export function checkOptions(name: string, definition: AppDefinition, options: AppOptions): void {
  for (const given of Object.keys(options.arguments)) {
    if (definition.allowedArguments?.includes(given)) continue
    throw new LaunchError(`DisallowedArgument('Argument ${given} not allowed for service ${name}')`)
  }
  for (const given of Object.keys(options.environ)) {
    if (definition.allowedEnviron?.includes(given)) continue
    throw new LaunchError(`DisallowedEnvironment('Environment variable ${given} not allowed for service ${name}')`)
  }
}
