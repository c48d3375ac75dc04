// Mercurius on Fastify, with its JIT from the first request and its own loaders. PORT, PEERS_DATABASE.

import Fastify from 'fastify'
import mercurius from 'mercurius'
import { batches, resolvers, typeDefs } from './archive.js'

const numbers = queries => queries.map(({ obj }) => obj.number)

const app = Fastify()
app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  jit: 1,
  loaders: {
    Document: {
      people: { loader: async queries => batches.people(numbers(queries)), opts: { cache: false } },
      topics: { loader: async queries => batches.topics(numbers(queries)), opts: { cache: false } }
    },
    Person: {
      documents: { loader: async queries => batches.documents(numbers(queries), queries[0].params.first), opts: { cache: false } }
    }
  }
})
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
