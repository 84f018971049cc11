-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;
