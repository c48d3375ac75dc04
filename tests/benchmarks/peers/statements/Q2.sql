-- The first 50 documents by date; the index of dates is read in its order.
SELECT '{"data":{"documents":{"nodes":['
    || group_concat(
        '{"id":' || json_quote('Document:' || key) || ',"title":' || json_quote(title) || ',"date":'
        || CASE WHEN date_edtf IS NULL THEN 'null' ELSE '{"label":' || json_quote(date_label) || '}' END || '}'
    ) || ']}}}'
FROM (SELECT * FROM documents ORDER BY earliest_rising, id LIMIT 50)
