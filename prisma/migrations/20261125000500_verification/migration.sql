-- The proof of completeness: when it is due, how often it was tried, what a first look found, and what it says.
ALTER TABLE "sync_runs" ADD COLUMN "verify_due_at" TIMESTAMPTZ(3),
    ADD COLUMN "verify_tries" INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN "verify_look" JSONB,
    ADD COLUMN "verification" JSONB;
CREATE INDEX idx_sync_runs_verify_due ON sync_runs (verify_due_at) WHERE verify_due_at IS NOT NULL;
GRANT SELECT (verify_due_at) ON sync_runs TO crm_system;
