-- The words of a text as a search compares them: accents, letter case and punctuation aside, one blank between words.
-- No %, _ or \ is left in it, so that it stands in a LIKE pattern as it is.
CREATE FUNCTION search_words(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT btrim(regexp_replace(
    replace(replace(replace(replace(
      translate(
        -- Combining marks, and what joins or turns letters, have no part in it.
        lower(regexp_replace(
          normalize($1, NFKD),
          '[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u3099\u309a\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f]+',
          '', 'g')),
        -- Letters that are one letter with a stroke, not a letter and a mark.
        'ςøłđðħıŧ', 'σolddhit'),
      'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
    '[\s!-/:-@\[-`{-~\u00a1\u00bf\u00b7\u2010-\u2027\u3000-\u3002]+', ' ', 'g'))
$$;

-- Generated, so that what a server of the version before writes is found too. Each word has a blank before it.
ALTER TABLE "users" ADD COLUMN "search_key" TEXT
  GENERATED ALWAYS AS (' ' || search_words("username" || ' ' || coalesce("name", ''))) STORED;
