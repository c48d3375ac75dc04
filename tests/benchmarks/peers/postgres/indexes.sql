-- Made after the rows are there.
CREATE INDEX ON archive.documents (earliest_rising, id);
CREATE INDEX ON archive.documents USING gin (search) WITH (fastupdate = off);
ALTER TABLE archive.document_people ADD PRIMARY KEY (document_id, person_id),
    ADD FOREIGN KEY (document_id) REFERENCES archive.documents, ADD FOREIGN KEY (person_id) REFERENCES archive.people;
ALTER TABLE archive.document_topics ADD PRIMARY KEY (document_id, topic_id),
    ADD FOREIGN KEY (document_id) REFERENCES archive.documents, ADD FOREIGN KEY (topic_id) REFERENCES archive.topics;
CREATE INDEX ON archive.document_people (document_id, position, person_id);
CREATE INDEX ON archive.document_people (person_id, document_id);
CREATE INDEX ON archive.document_topics (document_id, position, topic_id);
CREATE INDEX ON archive.document_topics (topic_id, document_id);
COMMENT ON COLUMN archive.documents.search IS '@behavior -*';

CREATE FUNCTION archive.search_documents(word text) RETURNS SETOF archive.documents LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT * FROM archive.documents WHERE search @@ to_tsquery('simple', word)
    ORDER BY ts_rank(search, to_tsquery('simple', word)) DESC, id
$$;
CREATE FUNCTION archive.topic_counts(word text) RETURNS TABLE (name text, count integer) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT t.name, f.n FROM (
        SELECT topic_id, count(*)::integer AS n FROM archive.documents AS d
        JOIN archive.document_topics AS l ON l.document_id = d.id WHERE d.search @@ to_tsquery('simple', word)
        GROUP BY topic_id ORDER BY n DESC, topic_id DESC LIMIT 10
    ) AS f JOIN archive.topics AS t ON t.id = f.topic_id ORDER BY f.n DESC, f.topic_id DESC
$$;
CREATE FUNCTION archive.year_counts(word text) RETURNS TABLE (value text, count integer) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT lpad(year::text, 4, '0'), count(*)::integer FROM archive.documents,
        generate_series(coalesce(first_day, last_day) / 10000, coalesce(last_day, first_day) / 10000) AS year
    WHERE search @@ to_tsquery('simple', word) GROUP BY year ORDER BY count(*) DESC, year DESC LIMIT 10
$$;
VACUUM ANALYZE;
