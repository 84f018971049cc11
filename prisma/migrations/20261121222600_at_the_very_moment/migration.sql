-- What a statement asks after it has waited for a lock it would see as it was before: a function looks anew.
CREATE FUNCTION "only_administrators_write"(uuid) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM "groups" WHERE "conversation_id" = $1 AND "who_writes" = 'administrators');
END
$$;

-- An account is made either before a group becomes everybody's, which then finds it, or after, and then it finds the group:
-- who makes an account shares the lock that who makes such a group holds alone.
CREATE OR REPLACE FUNCTION "welcome_users"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('parley.everybody'));
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
