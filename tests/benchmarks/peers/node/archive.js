// The archive as a schema with resolvers over better-sqlite3, for the servers on Node: the part of Fonds' schema that is asked.
// Every statement is prepared once. Relations are read for all parents of a level at once (`batches`); each server gives
// them to loaders of its own kind.

import Database from 'better-sqlite3'

const PAGE = 20
const database = new Database(process.env.PEERS_DATABASE, { readonly: true })
database.pragma('cache_size = -16384')
const prepare = text => database.prepare(text)

export const versions = `SQLite ${prepare('SELECT sqlite_version() AS v').get().v}`

export const typeDefs = `
  enum By { DATE POSITION }
  input Order { field: By! }
  type Date { label: String! edtf: String! }
  type Topic { name: String! }
  type Topics { nodes: [Topic!]! }
  type Person { name: String! documents(first: Int! = ${PAGE}): Documents! }
  type People { nodes: [Person!]! }
  type Document { id: ID! title: String! description: String date: Date people: People! topics: Topics! }
  type Value { value: String! }
  type TopicCount { documentCount: Int! node: Topic! }
  type ValueCount { documentCount: Int! node: Value! }
  type TopicCounts { edges: [TopicCount!]! }
  type ValueCounts { edges: [ValueCount!]! }
  type Facets { topics(first: Int! = ${PAGE}): TopicCounts! years(first: Int! = ${PAGE}): ValueCounts! }
  type Documents { nodes: [Document!]! totalCount: Int! facets: Facets! }
  type Query {
    document(id: ID!): Document
    documents(first: Int! = ${PAGE}, after: String, orderBy: Order, search: String): Documents!
  }
`

const LISTED = 'documents.id AS number, documents.key, title, description, date_edtf, date_label'
const document = prepare(`SELECT ${LISTED} FROM documents WHERE key = ?`)
const pages = {
  DATE: prepare(`SELECT ${LISTED} FROM documents ORDER BY earliest_rising, id LIMIT ?`),
  NUMBER: prepare(`SELECT ${LISTED} FROM documents ORDER BY id LIMIT ?`)
}
const laterPages = {
  DATE: prepare(`SELECT ${LISTED} FROM documents WHERE (earliest_rising, id) > (?, ?) ORDER BY earliest_rising, id LIMIT ?`),
  NUMBER: prepare(`SELECT ${LISTED} FROM documents WHERE id > ? ORDER BY id LIMIT ?`)
}
const FOUND = 'SELECT rowid FROM document_search WHERE document_search MATCH ?'
const best = prepare(`SELECT ${LISTED} FROM (${FOUND} ORDER BY rank, rowid LIMIT ?) AS f CROSS JOIN documents ON id = f.rowid`)
const count = prepare('SELECT count(*) AS n FROM documents')
const countFound = prepare('SELECT count(*) AS n FROM document_search WHERE document_search MATCH ?')
const topicsFound = prepare(`
  SELECT n AS documentCount, name FROM (
    SELECT topic_id, count(*) AS n FROM (${FOUND}) AS f CROSS JOIN document_topics ON document_id = f.rowid
    GROUP BY topic_id ORDER BY n DESC, topic_id DESC LIMIT ?
  ) CROSS JOIN topics ON id = topic_id`)
const spansFound = prepare(`
  SELECT coalesce(first_day, last_day) / 10000 AS first, coalesce(last_day, first_day) / 10000 AS last, count(*) AS n
  FROM (${FOUND}) AS f CROSS JOIN documents ON id = f.rowid GROUP BY 1, 2`)

const match = word => `{title people topics description texts} : "${word}"`

const peopleOf = prepare(`
  SELECT document_id AS owner, people.id AS number, name FROM json_each(?) AS k
  CROSS JOIN document_people ON document_id = k.value CROSS JOIN people ON people.id = person_id
  ORDER BY document_id, position, person_id`)
const topicsOf = prepare(`
  SELECT document_id AS owner, name FROM json_each(?) AS k
  CROSS JOIN document_topics ON document_id = k.value CROSS JOIN topics ON topics.id = topic_id
  ORDER BY document_id, position, topic_id`)
const documentsOf = prepare(`
  SELECT k.value AS owner, ${LISTED} FROM json_each(?) AS k CROSS JOIN documents ON documents.id IN (
    SELECT document_id FROM document_people WHERE person_id = k.value ORDER BY document_id LIMIT ?)
  ORDER BY k.value, documents.id`)

function grouped (rows, keys) {
  const found = new Map(keys.map(key => [key, []]))
  for (const row of rows) found.get(row.owner).push(row)
  return keys.map(key => ({ nodes: found.get(key) }))
}

const unique = keys => JSON.stringify([...new Set(keys)])

// Numbers of parents in, connections in their order out.
export const batches = {
  people: numbers => grouped(peopleOf.all(unique(numbers)), numbers),
  topics: numbers => grouped(topicsOf.all(unique(numbers)), numbers),
  documents: (numbers, first) => grouped(documentsOf.all(unique(numbers), first), numbers)
}

function page (first, after, by) {
  if (!after) return pages[by].all(first)
  const [day, number] = after.split(':').map(Number)
  return by === 'DATE' ? laterPages.DATE.all(day, number, first) : laterPages.NUMBER.all(number, first)
}

function years (found, first) {
  const counts = new Map()
  for (const span of spansFound.all(match(found))) {
    if (span.first === null) continue
    for (let year = span.first; year <= span.last; year++) counts.set(year, (counts.get(year) ?? 0) + span.n)
  }
  return [...counts].sort(([year, n], [other, m]) => m - n || other - year).slice(0, first)
}

export const resolvers = {
  Query: {
    document: (_, { id }) => document.get(id.replace('Document:', '')),
    documents: (_, { first, after, orderBy, search }) => ({ first, after, by: orderBy?.field ?? 'NUMBER', search })
  },
  Documents: {
    nodes: ({ nodes, first, after, by, search }) => nodes ?? (search ? best.all(match(search), first) : page(first, after, by)),
    totalCount: ({ search }) => (search ? countFound.get(match(search)) : count.get()).n,
    facets: ({ search }) => ({ search })
  },
  Document: {
    id: ({ key }) => `Document:${key}`,
    date: ({ date_edtf: edtf, date_label: label }) => edtf && { edtf, label }
  },
  Facets: {
    topics: ({ search }, { first }) => ({
      edges: topicsFound.all(match(search), first).map(({ documentCount, name }) => ({ documentCount, node: { name } }))
    }),
    years: ({ search }, { first }) => ({
      edges: years(search, first).map(([year, documentCount]) => ({
        documentCount, node: { value: String(year).padStart(4, '0') }
      }))
    })
  }
}
