-- 20 documents after one, their people, their first 5 documents, their topics; each page is cut from an index before rows are read.
SELECT '{"data":{"documents":{"nodes":['
    || group_concat('{"title":' || json_quote(a.title) || ',"people":{"nodes":[' || (
        SELECT coalesce(group_concat('{"name":' || json_quote(p.name) || ',"documents":{"nodes":[' || (
            SELECT coalesce(group_concat('{"title":' || json_quote(d.title) || ',"topics":{"nodes":[' || (
                SELECT coalesce(group_concat('{"name":' || json_quote(t.name) || '}'), '')
                FROM (
                    SELECT topic_id FROM document_topics WHERE document_id = d.id ORDER BY position, topic_id LIMIT 20
                ) AS f CROSS JOIN topics AS t ON t.id = f.topic_id
            ) || ']}}'), '')
            FROM (
                SELECT document_id FROM document_people WHERE person_id = p.id ORDER BY document_id LIMIT 5
            ) AS f CROSS JOIN documents AS d ON d.id = f.document_id
        ) || ']}}'), '')
        FROM (
            SELECT person_id FROM document_people WHERE document_id = a.id ORDER BY position, person_id LIMIT 20
        ) AS f CROSS JOIN people AS p ON p.id = f.person_id
    ) || ']}}') || ']}}}'
FROM (SELECT id, title FROM documents WHERE id > ? ORDER BY id LIMIT 20) AS a
