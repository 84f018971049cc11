-- One table that messages are sent to in a transaction, which it neither reads nor rewrites: a second one would have to be
-- waited for with the first in hand, while a send may hold it and wait for the first.

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "administrator" BOOLEAN NOT NULL DEFAULT false;

-- The oldest account is the server's administrator: here of those there are, below of a server that has none yet.
UPDATE "users" SET "administrator" = true WHERE "id" = (SELECT "id" FROM "users" ORDER BY "created_at", "id" LIMIT 1);

-- The database sees to what every new account has a part in, so that no way of making one, and no server of the version
-- before, can forget it. Conversations are locked before their participants, as everywhere, and in the order of their ids.
CREATE FUNCTION "welcome_users"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM "users" WHERE "id" NOT IN (SELECT "id" FROM "added")) THEN
    PERFORM pg_advisory_xact_lock(hashtext('parley.first_account'));
    UPDATE "users" SET "administrator" = true
    WHERE "id" = (SELECT "id" FROM "added" ORDER BY "created_at", "id" LIMIT 1)
      AND NOT EXISTS (SELECT FROM "users" WHERE "id" NOT IN (SELECT "id" FROM "added"));
  END IF;
  IF EXISTS (SELECT FROM "groups" WHERE "everybody") THEN
    PERFORM FROM "conversations" c JOIN "groups" g ON g."conversation_id" = c."id" WHERE g."everybody"
    ORDER BY c."id" FOR NO KEY UPDATE OF c;
    INSERT INTO "participants" ("conversation_id", "user_id", "read_seq", "from_seq", "joined_at")
    SELECT c."id", a."id", c."last_seq", CASE g."history" WHEN 'all' THEN 0 ELSE c."last_seq" END, clock_timestamp()
    FROM "groups" g JOIN "conversations" c ON c."id" = g."conversation_id", "added" a WHERE g."everybody"
    ON CONFLICT DO NOTHING;
    INSERT INTO "events" ("xid", "type", "conversation_id", "message_id", "user_id")
    SELECT pg_current_xact_id()::text::bigint, 'place', a."id", g."conversation_id", a."id"
    FROM "groups" g, "added" a WHERE g."everybody";
    INSERT INTO "events" ("xid", "type", "conversation_id", "user_id")
    SELECT pg_current_xact_id()::text::bigint, 'conversation', g."conversation_id", a."id"
    FROM "groups" g, (SELECT "id" FROM "added" LIMIT 1) a WHERE g."everybody";
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER "users_added" AFTER INSERT ON "users"
  REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "welcome_users"();
