-- One table that messages are sent to in a transaction, which it neither reads nor rewrites: a second one would have to be
-- waited for with the first in hand, while a send may hold it and wait for the first.

-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "notice" JSONB;
