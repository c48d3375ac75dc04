// PostGraphile 5 on Node's HTTP. PORT, and PostgreSQL's own variables (PGHOST, …).

import { createServer } from 'node:http'
import pg from 'pg'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'

const server = createServer()
await postgraphile({
  extends: [PostGraphileAmberPreset],
  disablePlugins: ['MutationPlugin'],
  pgServices: [makePgService({ pool: new pg.Pool({ max: 10 }), schemas: ['archive'] })],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false }
}).createServ(grafserv).addTo(server)
server.listen(Number(process.env.PORT), '127.0.0.1')
