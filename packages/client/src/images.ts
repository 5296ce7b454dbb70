/** Container images that sessions can be made from (protocol 04). */
import { isAtLeast, Pages, type CallOptions, type Transport } from '@backend-ai-sdk/core'

export interface Image {
  /** As `SessionSpec.image` takes it: `registry/name:tag`. */
  reference: string
  registry: string
  name: string
  tag: string
  /** Since release 22.03. */
  architecture: string | undefined
  digest: string | undefined
  sizeBytes: number | undefined
  /** On at least one agent. */
  installed: boolean
  aliases: string[]
  labels: Record<string, string>
  /** By slot; what is undefined has no limit. */
  resourceLimits: Record<string, { min: string | undefined; max: string | undefined }>
  supportedAccelerators: string[]
}

export interface ImageFilter extends CallOptions {
  /** Only those that are on an agent, or only the others. */
  installed?: boolean
}

interface WireImage {
  registry: string
  name: string
  tag: string
  architecture?: string
  digest: string | null
  size_bytes: number | null
  installed: boolean | null
  aliases: string[] | null
  labels: { key: string; value: string }[] | null
  resource_limits: { key: string; min: string | null; max: string | null }[] | null
  supported_accelerators: string[] | null
}

export class Images {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * The images that the user may use. The server sends them in one answer.
   *
   * @example
   * for await (const image of client.images.list()) console.log(image.reference, image.aliases)
   */
  list({ installed, ...options }: ImageFilter = {}): Pages<Image> {
    return new Pages(async () => {
      const server = await this.#transport.server(options)
      const architecture = isAtLeast(server, '22.3') ? 'architecture' : ''
      const document = `query($is_installed: Boolean) { images(is_installed: $is_installed) {
        registry name tag ${architecture} digest size_bytes installed aliases labels { key value }
        resource_limits { key min max } supported_accelerators } }`
      const { graphql } = await import('./graphql.ts')
      const { images } = await graphql<{ images: WireImage[] }, unknown>(
        this.#transport,
        document,
        { is_installed: installed },
        options,
      )
      return { items: images.map(toImage), totalCount: images.length }
    })
  }
}

function toImage(wire: WireImage): Image {
  return {
    reference: `${wire.registry}/${wire.name}:${wire.tag}`,
    registry: wire.registry,
    name: wire.name,
    tag: wire.tag,
    architecture: wire.architecture,
    digest: wire.digest?.trim() ?? undefined,
    sizeBytes: wire.size_bytes ?? undefined,
    installed: wire.installed ?? false,
    aliases: wire.aliases ?? [],
    labels: Object.fromEntries((wire.labels ?? []).map(({ key, value }) => [key, value])),
    resourceLimits: Object.fromEntries(
      (wire.resource_limits ?? []).map(({ key, min, max }) => [key, { min: min ?? undefined, max: max ?? undefined }]),
    ),
    supportedAccelerators: wire.supported_accelerators ?? [],
  }
}
