/** The graphene schema of each release, made when it is first asked for. */
import { buildSchema, GraphQLScalarType, type GraphQLSchema, Kind, type ValueNode } from 'graphql'

import type { ProfileName } from '../profiles.ts'
import { isUUID } from '../random.ts'

const texts: Readonly<Record<ProfileName, () => Promise<{ sdl: string }>>> = {
  '20.09': () => import('./sdl-20.09.ts'),
  '23.09': () => import('./sdl-23.09.ts'),
  '26.9': () => import('./sdl-26.9.ts'),
}

const schemas = new Map<ProfileName, Promise<GraphQLSchema>>()

export function loadSchema(profile: ProfileName): Promise<GraphQLSchema> {
  let schema = schemas.get(profile)
  if (!schema) {
    schema = build(profile)
    schemas.set(profile, schema)
  }
  return schema
}

async function build(profile: ProfileName): Promise<GraphQLSchema> {
  const { sdl } = await texts[profile]()
  const schema = buildSchema(profile === '20.09' ? as200920(sdl) : sdl, { assumeValidSDL: true })
  const uuid = schema.getType('UUID')
  if (uuid instanceof GraphQLScalarType) {
    uuid.parseValue = checkUUID
    uuid.parseLiteral = (node: ValueNode) => checkUUID(node.kind === Kind.STRING ? node.value : null)
  }
  return schema
}

function checkUUID(value: unknown): string {
  if (typeof value === 'string' && isUUID(value)) return value.toLowerCase()
  throw new TypeError('badly formed hexadecimal UUID string')
}

/**
 * The text is that of 20.09.29. The 20.09.20 that this profile is announces v6.20200815 and has neither filters nor
 * `groups_by_name` yet (protocol 04 §1.8, graphql-legacy-field-since.json).
 */
const as200920 = (sdl: string): string =>
  sdl
    .replaceAll('filter: String, order: String', 'order_key: String, order_asc: Boolean')
    .replace(/^ {2}groups_by_name.*\n/m, '')
    .replace(/(type KeyPair [^}]*?) {2}full_name: String\n/, '$1')
