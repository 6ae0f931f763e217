-- What was found when a whole reading was held against the CRM; and when that is to be done, and how often it was tried.
ALTER TABLE "sync_runs" ADD COLUMN "verification" JSONB,
    ADD COLUMN "verify_due_at" TIMESTAMPTZ(3),
    ADD COLUMN "verify_tries" INTEGER NOT NULL DEFAULT 0;
CREATE INDEX "idx_sync_runs_verify" ON "sync_runs"("verify_due_at") WHERE verify_due_at IS NOT NULL;
GRANT SELECT (verify_due_at) ON sync_runs TO crm_system;
