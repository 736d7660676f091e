CREATE VIRTUAL TABLE IF NOT EXISTS post_search USING fts5 (
  title, body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
