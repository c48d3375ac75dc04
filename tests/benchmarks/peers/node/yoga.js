// GraphQL Yoga on Node's HTTP, with its caches for parsing and validation (it has them by default) and DataLoader. PORT, PEERS_DATABASE.

import { createServer } from 'node:http'
import DataLoader from 'dataloader'
import { createSchema, createYoga } from 'graphql-yoga'
import { batches, resolvers, typeDefs } from './archive.js'

const batched = read => new DataLoader(async numbers => read(numbers))

const yoga = createYoga({
  schema: createSchema({
    typeDefs,
    resolvers: {
      ...resolvers,
      Document: {
        ...resolvers.Document,
        people: ({ number }, _, { people }) => people.load(number),
        topics: ({ number }, _, { topics }) => topics.load(number)
      },
      Person: {
        documents: ({ number }, { first }, { documents }) => {
          documents[first] ??= batched(numbers => batches.documents(numbers, first))
          return documents[first].load(number)
        }
      }
    }
  }),
  context: () => ({ people: batched(batches.people), topics: batched(batches.topics), documents: {} }),
  graphqlEndpoint: '/graphql',
  graphiql: false,
  landingPage: false,
  logging: 'warn'
})
createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1')
