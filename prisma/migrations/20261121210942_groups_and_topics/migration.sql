-- CreateEnum
CREATE TYPE "group_access" AS ENUM ('private', 'open');

-- CreateEnum
CREATE TYPE "group_history" AS ENUM ('all', 'joining');

-- CreateEnum
CREATE TYPE "group_who" AS ENUM ('everyone', 'administrators');

-- CreateEnum
CREATE TYPE "participant_role" AS ENUM ('owner', 'administrator', 'participant');

-- CreateEnum
CREATE TYPE "participant_notify" AS ENUM ('everything', 'mentions', 'nothing');

-- AlterEnum
ALTER TYPE "event_type" ADD VALUE 'conversation';
ALTER TYPE "event_type" ADD VALUE 'place';

-- AlterTable
ALTER TABLE "events" ADD COLUMN     "data" JSONB;

-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "notice" JSONB;

-- AlterTable
ALTER TABLE "participants" ADD COLUMN     "archived_seq" INTEGER,
ADD COLUMN     "from_seq" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "joined_at" TIMESTAMPTZ(3),
ADD COLUMN     "muted_until" TIMESTAMPTZ(3),
ADD COLUMN     "notify" "participant_notify" NOT NULL DEFAULT 'everything',
ADD COLUMN     "pinned" INTEGER,
ADD COLUMN     "role" "participant_role" NOT NULL DEFAULT 'participant',
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "administrator" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "groups" (
    "conversation_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "search_key" TEXT,
    "avatar_id" UUID,
    "access" "group_access" NOT NULL DEFAULT 'private',
    "history" "group_history" NOT NULL DEFAULT 'all',
    "who_adds" "group_who" NOT NULL DEFAULT 'everyone',
    "who_writes" "group_who" NOT NULL DEFAULT 'everyone',
    "who_pins" "group_who" NOT NULL DEFAULT 'everyone',
    "who_changes" "group_who" NOT NULL DEFAULT 'everyone',
    "everybody" BOOLEAN NOT NULL DEFAULT false,
    "participant_count" INTEGER NOT NULL DEFAULT 0,
    "version" INTEGER NOT NULL DEFAULT 1,
    "creator_id" UUID NOT NULL,
    "client_id" UUID,

    CONSTRAINT "groups_pkey" PRIMARY KEY ("conversation_id")
);

-- CreateTable
CREATE TABLE "group_avatars" (
    "id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "group_avatars_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invites" (
    "id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "creator_id" UUID NOT NULL,
    "token" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "uses_max" INTEGER,
    "uses" INTEGER NOT NULL DEFAULT 0,
    "revoked_at" TIMESTAMPTZ(3),
    "client_id" UUID,

    CONSTRAINT "invites_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quiet_lines" (
    "conversation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "said_seq" INTEGER NOT NULL,

    CONSTRAINT "quiet_lines_pkey" PRIMARY KEY ("conversation_id","seq")
);

-- CreateIndex
CREATE INDEX "groups_access_idx" ON "groups"("access");

-- CreateIndex
CREATE UNIQUE INDEX "groups_creator_id_client_id_key" ON "groups"("creator_id", "client_id");

-- CreateIndex
CREATE UNIQUE INDEX "group_avatars_conversation_id_key" ON "group_avatars"("conversation_id");

-- CreateIndex
CREATE UNIQUE INDEX "invites_token_key" ON "invites"("token");

-- CreateIndex
CREATE UNIQUE INDEX "invites_conversation_id_creator_id_client_id_key" ON "invites"("conversation_id", "creator_id", "client_id");

-- AddForeignKey
ALTER TABLE "groups" ADD CONSTRAINT "groups_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "group_avatars" ADD CONSTRAINT "group_avatars_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "groups"("conversation_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invites" ADD CONSTRAINT "invites_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "groups"("conversation_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invites" ADD CONSTRAINT "invites_creator_id_fkey" FOREIGN KEY ("creator_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quiet_lines" ADD CONSTRAINT "quiet_lines_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema language cannot say, written by hand from here on. Nothing above or below reads or rewrites a table
-- that messages are sent to: columns have constant defaults, indexes and checks are of new tables only.

ALTER TABLE "groups" DROP COLUMN "search_key", ADD COLUMN "search_key" TEXT GENERATED ALWAYS AS (' ' || search_words("name")) STORED;
ALTER TABLE "groups" ADD CONSTRAINT "groups_have_a_name" CHECK ("name" <> '');
ALTER TABLE "quiet_lines" ADD CONSTRAINT "quiet_lines_count" CHECK ("number" > 0 AND "said_seq" < "seq");
CREATE INDEX "groups_of_everybody" ON "groups" ("conversation_id") WHERE "everybody";

-- A group's row also counts its participants; of direct conversations there is none.
CREATE OR REPLACE FUNCTION "count_change_of_participants"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "conversations" SET "participants_version" = "participants_version" + 1
  WHERE "id" IN (SELECT "conversation_id" FROM "changed");
  UPDATE "groups" g
  SET "participant_count" = g."participant_count" + CASE TG_OP WHEN 'INSERT' THEN c."count" ELSE -c."count" END, "version" = g."version" + 1
  FROM (SELECT "conversation_id", count(*)::int AS "count" FROM "changed" GROUP BY "conversation_id") c
  WHERE g."conversation_id" = c."conversation_id";
  RETURN NULL;
END
$$;

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
