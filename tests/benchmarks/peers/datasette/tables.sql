-- The archive as datasette reads it, beside Fonds' own file, which is attached as `fonds`; the search words are those of Fonds.
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, title TEXT NOT NULL, description TEXT, date_edtf TEXT, date_label TEXT, day INTEGER NOT NULL
);
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE topics (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE document_people (
    document_id INTEGER NOT NULL REFERENCES documents, person_id INTEGER NOT NULL REFERENCES people, position INTEGER NOT NULL,
    PRIMARY KEY (document_id, person_id)
);
CREATE TABLE document_topics (
    document_id INTEGER NOT NULL REFERENCES documents, topic_id INTEGER NOT NULL REFERENCES topics, position INTEGER NOT NULL,
    PRIMARY KEY (document_id, topic_id)
);
INSERT INTO documents SELECT id, key, title, description, date_edtf, date_label, earliest_rising FROM fonds.documents;
INSERT INTO people SELECT id, name FROM fonds.people;
INSERT INTO topics SELECT id, name FROM fonds.topics;
INSERT INTO document_people SELECT document_id, person_id, position FROM fonds.document_people;
INSERT INTO document_topics SELECT document_id, topic_id, position FROM fonds.document_topics;
CREATE INDEX documents_by_day ON documents (day, id);
CREATE INDEX document_people_of_document ON document_people (document_id, position, person_id);
CREATE INDEX document_people_of_person ON document_people (person_id, document_id, position);
CREATE INDEX document_topics_of_document ON document_topics (document_id, position, topic_id);
CREATE INDEX document_topics_of_topic ON document_topics (topic_id, document_id);
CREATE VIRTUAL TABLE words USING fts5(title, people, topics, description, texts, content = '', tokenize = 'ascii');
INSERT INTO words(rowid, title, people, topics, description, texts)
    SELECT rowid, title, people, topics, description, texts FROM fonds.document_search;
ANALYZE;
