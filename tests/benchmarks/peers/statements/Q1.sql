-- One document by its key.
SELECT '{"data":{"document":{"id":' || json_quote('Document:' || key)
    || ',"title":' || json_quote(title)
    || ',"date":' || CASE WHEN date_edtf IS NULL THEN 'null'
        ELSE '{"edtf":' || json_quote(date_edtf) || ',"label":' || json_quote(date_label) || '}' END
    || ',"description":' || json_quote(description) || '}}}'
FROM documents WHERE key = ?
