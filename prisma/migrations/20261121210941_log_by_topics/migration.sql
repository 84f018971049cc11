-- One table that messages are sent to in a transaction, which it neither reads nor rewrites: a second one would have to be
-- waited for with the first in hand, while a send may hold it and wait for the first.

-- AlterEnum
ALTER TYPE "event_type" ADD VALUE 'conversation';
ALTER TYPE "event_type" ADD VALUE 'place';

-- AlterTable
ALTER TABLE "events" ADD COLUMN     "data" JSONB;
