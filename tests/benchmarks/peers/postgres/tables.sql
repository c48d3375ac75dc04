-- The archive as PostGraphile reads it: the tables of Fonds that are asked, and functions for search and facets.
CREATE SCHEMA archive;
CREATE TABLE archive.documents (
    id integer PRIMARY KEY, key text NOT NULL UNIQUE, title text NOT NULL, description text, date_edtf text, date_label text,
    first_day bigint, last_day bigint, earliest_rising bigint NOT NULL, search tsvector
);
CREATE TABLE archive.people (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE archive.topics (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE archive.document_people (document_id integer NOT NULL, person_id integer NOT NULL, position integer NOT NULL);
CREATE TABLE archive.document_topics (document_id integer NOT NULL, topic_id integer NOT NULL, position integer NOT NULL);
