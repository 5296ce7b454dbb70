import { defineCommand } from '../../command.ts'
import { oneAndMore } from '../../parameters.ts'

export type DownloadFlags = {
  readonly dest: string
}

export const downloadCommand = defineCommand<DownloadFlags, [session: string, ...files: string[]]>({
  brief: 'Get files and folders of a session.',
  description:
    'SESSION is a name or an id; paths are below its home. Of less than 1 MiB each; what is there is replaced. Links that lead out of the directory are left out.',
  usage: 'SESSION [FILES]...',
  parameters: {
    flags: {
      dest: { kind: 'parsed', parse: String, default: '.', placeholder: 'PATH', brief: 'Directory to put them into.' },
    },
    positional: oneAndMore('SESSION', 'Session, then paths.'),
  },
  load: () => import('./download.ts'),
})
