-- Topics and years of all that a search finds; ranks are not needed, so none is computed. Spans of years are counted before they
-- are spread. `spans` has no condition on documents of its own: with one, SQLite 3.40 reads the whole table for a Bloom filter.
WITH RECURSIVE found AS MATERIALIZED (
    SELECT rowid AS id FROM document_search WHERE document_search MATCH ?
), spans AS MATERIALIZED (
    SELECT coalesce(first_day, last_day) / 10000 AS first, coalesce(last_day, first_day) / 10000 AS last, count(*) AS n
    FROM found CROSS JOIN documents USING (id) GROUP BY 1, 2
), years AS (
    SELECT first AS year, last, n FROM spans WHERE first IS NOT NULL
    UNION ALL SELECT year + 1, last, n FROM years WHERE year < last
)
SELECT '{"data":{"documents":{"facets":{"topics":{"edges":[' || (
    SELECT coalesce(group_concat('{"documentCount":' || n || ',"node":{"name":' || json_quote(name) || '}}'), '')
    FROM (
        SELECT topic_id, count(*) AS n FROM found CROSS JOIN document_topics ON document_id = id
        GROUP BY topic_id ORDER BY n DESC, topic_id DESC LIMIT 10
    ) CROSS JOIN topics ON topics.id = topic_id
) || ']},"years":{"edges":[' || (
    SELECT coalesce(group_concat('{"documentCount":' || n || ',"node":{"value":"' || printf('%04d', year) || '"}}'), '')
    FROM (SELECT year, sum(n) AS n FROM years GROUP BY year ORDER BY n DESC, year DESC LIMIT 10)
) || ']}}}}}'
