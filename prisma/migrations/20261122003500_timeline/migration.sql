-- A standby that is promoted goes on under a new timeline. Which one this is may be asked by any role, but not of every service
-- that speaks as PostgreSQL does.
CREATE FUNCTION "database_timeline"() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN left(pg_walfile_name(pg_current_wal_lsn()), 8);
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END $$;

-- One row, which is written anew: what servers of the version before add gets the timeline too.
-- AlterTable
ALTER TABLE "epochs" ADD COLUMN     "timeline" TEXT DEFAULT database_timeline();
