-- What a server knows of who listens to a conversation holds for one version of its participants. The database counts
-- the versions, so that nobody, no server of the version before either, can change who takes part without it.
ALTER TABLE "conversations" ADD COLUMN "participants_version" INTEGER NOT NULL DEFAULT 0;

CREATE FUNCTION "count_change_of_participants"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "conversations" SET "participants_version" = "participants_version" + 1
  WHERE "id" IN (SELECT "conversation_id" FROM "changed");
  RETURN NULL;
END
$$;

CREATE TRIGGER "participants_added" AFTER INSERT ON "participants"
  REFERENCING NEW TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "count_change_of_participants"();

CREATE TRIGGER "participants_removed" AFTER DELETE ON "participants"
  REFERENCING OLD TABLE AS "changed" FOR EACH STATEMENT EXECUTE FUNCTION "count_change_of_participants"();
