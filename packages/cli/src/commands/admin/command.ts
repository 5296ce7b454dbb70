import { defineGroup } from '../../command.ts'
import { adminVfolderCommand, adminVfoldersCommand } from './vfolder/command.ts'

export const adminCommand = defineGroup({
  brief: 'For those who run a cluster.',
  routes: { vfolder: adminVfolderCommand, vfolders: adminVfoldersCommand },
  hidden: ['vfolders'],
})
