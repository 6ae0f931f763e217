-- Records of which a CRM has told that they changed, until a run has read them anew. A burst about one record is one row.
CREATE TABLE "crm_pending_changes" (
    "user_id" UUID NOT NULL,
    "platform" "platform" NOT NULL,
    "external_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "noted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "crm_pending_changes_pkey" PRIMARY KEY ("user_id","platform","external_id")
);
ALTER TABLE "crm_pending_changes" ADD CONSTRAINT "crm_pending_changes_user_id_platform_fkey" FOREIGN KEY ("user_id", "platform") REFERENCES "crm_integrations"("user_id", "platform") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE INDEX "idx_pending_changes_order" ON "crm_pending_changes"("user_id", "platform", "noted_at", "external_id");
ALTER TABLE crm_pending_changes ALTER COLUMN user_id SET STATISTICS 0; -- as of all tables that are read by user

-- Since when the CRM has lost track of what changed: everything since the bookmark is to be read again.
ALTER TABLE "crm_integrations" ADD COLUMN "reread_due_at" TIMESTAMPTZ(3);
-- Who listens to the account's changes, until when nobody else may, and where listening goes on.
ALTER TABLE "crm_integrations" ADD COLUMN "listener_owner" TEXT,
    ADD COLUMN "listener_until" TIMESTAMPTZ(3),
    ADD COLUMN "listen_place" JSONB;

-- How far a CRM's journal of all accounts has been read, and by whom: no user's data.
CREATE TABLE "change_journals" (
    "platform" "platform" NOT NULL,
    "place" JSONB,
    "reader" TEXT,
    "reader_until" TIMESTAMPTZ(3),

    CONSTRAINT "change_journals_pkey" PRIMARY KEY ("platform")
);

-- A CRM names an account by its own id; several users may have connected the same one.
CREATE INDEX "idx_crm_integrations_account" ON "crm_integrations"("platform", "account_id");
CREATE INDEX "idx_crm_integrations_reread" ON "crm_integrations"("reread_due_at") WHERE reread_due_at IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON crm_pending_changes TO crm_app;
ALTER TABLE crm_pending_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm_pending_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON crm_pending_changes TO crm_app USING (user_id = (SELECT app_user_id()));

-- The system finds whose account it is and what was left lying; what changed in it only its user's role can see.
GRANT SELECT (user_id, platform) ON crm_pending_changes TO crm_system;
CREATE POLICY find_due ON crm_pending_changes FOR SELECT TO crm_system USING (true);
GRANT SELECT (account_id, cursors, reread_due_at, listener_until) ON crm_integrations TO crm_system;
GRANT SELECT (finished_at) ON sync_runs TO crm_system;
GRANT SELECT, INSERT, UPDATE ON change_journals TO crm_system;
