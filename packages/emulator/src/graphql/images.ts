/** `image` and `images` (protocol 04 §3.13). */
import { sizeText } from '../formats/sizes.ts'
import { Problem } from '../problems.ts'
import { canonicalName, findImage, type Image } from '../state.ts'
import type { GraphContext } from './graph-context.ts'

/** All but superadmins see those of their domain's registries. */
const isVisible = (image: Image, { requester, cluster }: GraphContext): boolean =>
  requester.user.role === 'superadmin' ||
  (cluster.state.domains.get(requester.user.domainName)?.allowedDockerRegistries.includes(image.registry) ?? false)

export const images = {
  image(args: { reference?: string | null; id?: string | null }, context: GraphContext) {
    const { state, profile } = context.cluster
    const reference = args.reference ?? ''
    const image = args.id ? state.images.get(args.id) : findImage(state, reference)
    if (image && isVisible(image, context)) return view(image, context)
    const full = reference.includes('/') ? reference : `index.docker.io/lablup/${reference}`
    const canonical = /:[^/]+$/.test(full) ? full : `${full}:latest`
    const msg = `Unknown image references: ref:'${canonical}', alias:'${reference}'`
    throw new Problem('image-not-found', profile.name === '23.09' ? { msg } : {})
  },

  images(_args: unknown, context: GraphContext) {
    return [...context.cluster.state.images.values()]
      .filter((image) => isVisible(image, context))
      .map((image) => view(image, context))
  },
}

/** Milliseconds that each image takes. */
const scanTime = 20

export const imageMutations = {
  /** There is no registry to ask: the images stay as they are, and the task goes through them. */
  rescan_images(args: { registry?: string | null }, { cluster, requester }: GraphContext) {
    // 23.9.10 lets everybody (observed).
    if (cluster.profile.name === '26.9' && requester.user.role !== 'superadmin')
      return { ok: false, msg: 'no permission to execute rescan_images', task_id: null }
    const images = [...cluster.state.images.values()].filter(({ registry }) => registry === (args.registry ?? registry))
    const task = cluster.tasks.start({ total: images.length })
    const scan = (index: number): void => {
      const image = images[index]
      if (!image) return task.finish()
      task.progress({ current: index + 1, message: `Updated image - ${canonicalName(image)}` })
      cluster.timers.after(scanTime, () => scan(index + 1))
    }
    cluster.timers.after(scanTime, () => scan(0))
    return { ok: true, msg: '', task_id: task.id }
  },
}

function view(image: Image, { cluster }: GraphContext): Record<string, unknown> {
  const unlimited = cluster.profile.name === '26.9' ? 'Infinity' : null
  return {
    id: image.id,
    name: image.name,
    humanized_name: image.name,
    namespace: image.name,
    project: image.name.split('/', 1)[0],
    base_image_name: image.name.split('/').at(-1),
    tag: image.tag,
    tags: [],
    version: image.tag.split('-', 1)[0],
    registry: image.registry,
    architecture: image.architecture,
    digest: image.digest,
    hash: image.digest,
    is_local: false,
    status: 'ALIVE',
    labels: Object.entries(image.labels).map(([key, value]) => ({ key, value })),
    aliases: image.aliases,
    size_bytes: image.sizeBytes,
    resource_limits: [
      { key: 'cpu', min: String(image.minimum.cpu), max: unlimited },
      { key: 'mem', min: sizeText(image.minimum.mem), max: unlimited },
    ],
    supported_accelerators: ['*'],
    installed: true,
    installed_agents: [...cluster.state.agents.keys()],
  }
}
