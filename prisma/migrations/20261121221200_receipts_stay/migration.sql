-- AlterTable
ALTER TABLE "participants" ADD COLUMN     "told_seq" INTEGER NOT NULL DEFAULT 0;
