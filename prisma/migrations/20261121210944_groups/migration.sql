-- Of the tables that messages are sent to, only conversations are held, for a moment, by what refers to them.

-- CreateEnum
CREATE TYPE "group_access" AS ENUM ('private', 'open');

-- CreateEnum
CREATE TYPE "group_history" AS ENUM ('all', 'joining');

-- CreateEnum
CREATE TYPE "group_who" AS ENUM ('everyone', 'administrators');

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

-- CreateTable
CREATE TABLE "former_participants" (
    "conversation_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,

    CONSTRAINT "former_participants_pkey" PRIMARY KEY ("conversation_id","user_id")
);

-- CreateIndex
CREATE INDEX "former_participants_user_id_idx" ON "former_participants"("user_id");

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
ALTER TABLE "former_participants" ADD CONSTRAINT "former_participants_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "quiet_lines" ADD CONSTRAINT "quiet_lines_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema language cannot say, written by hand from here on. Indexes and checks are of new tables only.

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
