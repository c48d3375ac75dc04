-- The best 20 of a search, with their topics, and how many there are; the search index is asked once.
WITH found AS MATERIALIZED (
    SELECT rowid AS id, CAST(rank * 1000000000 AS INTEGER) AS rank FROM document_search WHERE document_search MATCH ?
)
SELECT '{"data":{"documents":{"totalCount":' || (SELECT count(*) FROM found) || ',"nodes":['
    || coalesce(group_concat(
        '{"id":' || json_quote('Document:' || d.key) || ',"title":' || json_quote(d.title) || ',"topics":{"nodes":[' || (
            SELECT coalesce(group_concat('{"name":' || json_quote(t.name) || '}'), '')
            FROM (SELECT topic_id FROM document_topics WHERE document_id = d.id ORDER BY position, topic_id LIMIT 20) AS f
            CROSS JOIN topics AS t ON t.id = f.topic_id
        ) || ']}}'
    ), '') || ']}}}'
FROM (SELECT id FROM found ORDER BY rank, id LIMIT 20) AS f CROSS JOIN documents AS d ON d.id = f.id
