// A module of its own, so that the parser beside it is left out of bundles.
export { print } from '@0no-co/graphql.web'
