-- One table that messages are sent to in a transaction, which it neither reads nor rewrites: a second one would have to be
-- waited for with the first in hand, while a send may hold it and wait for the first.

-- CreateEnum
CREATE TYPE "participant_role" AS ENUM ('owner', 'administrator', 'participant');

-- CreateEnum
CREATE TYPE "participant_notify" AS ENUM ('everything', 'mentions', 'nothing');

-- AlterTable
ALTER TABLE "participants" ADD COLUMN     "archived_seq" INTEGER,
ADD COLUMN     "from_seq" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "joined_at" TIMESTAMPTZ(3),
ADD COLUMN     "muted_until" TIMESTAMPTZ(3),
ADD COLUMN     "notify" "participant_notify" NOT NULL DEFAULT 'everything',
ADD COLUMN     "pinned" INTEGER,
ADD COLUMN     "role" "participant_role" NOT NULL DEFAULT 'participant',
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 0;
