-- What a run is for: a sync; the contacts that its user chose; what failed in another run; taking another run back.
CREATE DOMAIN "run_purpose" AS TEXT CHECK (VALUE IN ('SYNC', 'PUSH', 'RETRY', 'UNDO'));
-- What holds a run until its user approves.
CREATE DOMAIN "run_brake" AS TEXT CHECK (VALUE IN ('MASS_DELETE', 'MASS_DELETE_IN_CRM', 'FIRST_PUSH'));
CREATE DOMAIN "push_kind" AS TEXT CHECK (VALUE IN ('CREATE', 'UPDATE', 'DELETE'));
CREATE DOMAIN "push_state" AS TEXT CHECK (VALUE IN ('ASKED', 'PLANNED', 'SENT', 'DONE', 'FAILED', 'SKIPPED'));

ALTER TABLE "sync_runs" ADD COLUMN "purpose" "run_purpose" NOT NULL DEFAULT 'SYNC',
    ADD COLUMN "of_run_id" UUID,
    ADD COLUMN "brake" "run_brake",
    ADD COLUMN "approved" TEXT[] NOT NULL DEFAULT '{}',
    ADD COLUMN "push_place" JSONB,
    ADD COLUMN "preview_place" JSONB,
    ADD COLUMN "api_calls" INTEGER NOT NULL DEFAULT 0;

-- A link that has something to send: its contact was changed, deleted or restored since both sides agreed.
ALTER TABLE "crm_contact_mappings" ADD COLUMN "push_due" BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX idx_crm_mappings_push_due ON crm_contact_mappings (user_id, platform, id) WHERE push_due;
-- What was edited here while nothing could be sent is due by now. The owner of the tables is no user of theirs: for this
-- moment their rows are open to him.
ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE crm_contact_mappings NO FORCE ROW LEVEL SECURITY;
UPDATE crm_contact_mappings m SET push_due = true FROM contacts c
    WHERE c.user_id = m.user_id AND c.id = m.contact_id AND c.deleted_at IS NULL AND m.state <> 'DELETED_REMOTELY'
        AND (c.first_name, c.last_name, c.email, c.phone, c.company, c.title) IS DISTINCT FROM
            (m.base ->> 'firstName', m.base ->> 'lastName', m.base ->> 'email', m.base ->> 'phone', m.base ->> 'company', m.base ->> 'title');
ALTER TABLE contacts FORCE ROW LEVEL SECURITY;
ALTER TABLE crm_contact_mappings FORCE ROW LEVEL SECURITY;

-- When something was first sent to the account; null: never.
ALTER TABLE "crm_integrations" ADD COLUMN "first_pushed_at" TIMESTAMPTZ(3);

-- Each field has a time of its own by now: that of its newest entry in the change log.
ALTER TABLE "contacts" DROP COLUMN "changed_at";
-- When the CRM says that it made the change; null where this API did, at "at".
ALTER TABLE "contact_changes" ADD COLUMN "changed_at" TIMESTAMPTZ(3);

-- When the CRM says that the record changed; null: not known, as where several times were told.
ALTER TABLE "crm_pending_changes" ADD COLUMN "at" TIMESTAMPTZ(3);

-- What a run sends to its CRM, written down before it is sent: the plan, the preview and the record of it.
CREATE TABLE "sync_pushes" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "sync_run_id" UUID NOT NULL,
    "platform" "platform" NOT NULL,
    "contact_id" UUID NOT NULL,
    "kind" "push_kind" NOT NULL DEFAULT 'UPDATE',
    "external_id" TEXT,
    "record_type" TEXT,
    "fields" JSONB NOT NULL DEFAULT '{}',
    "state" "push_state" NOT NULL DEFAULT 'ASKED',
    "sent_at" TIMESTAMPTZ(3),
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sync_pushes_pkey" PRIMARY KEY ("user_id","id")
);
ALTER TABLE "sync_pushes" ADD CONSTRAINT "sync_pushes_user_id_sync_run_id_fkey" FOREIGN KEY ("user_id", "sync_run_id") REFERENCES "sync_runs"("user_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE INDEX "idx_sync_pushes_run" ON "sync_pushes"("user_id", "sync_run_id", "kind", "record_type", "state", "id");
CREATE INDEX "idx_sync_pushes_contact" ON "sync_pushes"("user_id", "contact_id");

-- A field that both sides have changed, until its user has chosen. The local value is the contact's own.
CREATE TABLE "crm_conflicts" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "platform" "platform" NOT NULL,
    "external_id" TEXT NOT NULL,
    "field" TEXT NOT NULL,
    "remote_value" TEXT,
    "base_value" TEXT,
    "detected_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "crm_conflicts_pkey" PRIMARY KEY ("user_id","id")
);
CREATE UNIQUE INDEX "crm_conflicts_user_id_platform_external_id_field_key" ON "crm_conflicts"("user_id", "platform", "external_id", "field");
ALTER TABLE "crm_conflicts" ADD CONSTRAINT "crm_conflicts_user_id_platform_external_id_fkey" FOREIGN KEY ("user_id", "platform", "external_id") REFERENCES "crm_contact_mappings"("user_id", "platform", "external_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Deletions that a run was told of: carried out together at its end, so that too many of them can be stopped before the first.
CREATE TABLE "crm_held_deletions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "platform" "platform" NOT NULL,
    "external_id" TEXT NOT NULL,
    "record_type" TEXT NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "crm_held_deletions_pkey" PRIMARY KEY ("user_id","platform","external_id")
);
ALTER TABLE "crm_held_deletions" ADD CONSTRAINT "crm_held_deletions_user_id_platform_external_id_fkey" FOREIGN KEY ("user_id", "platform", "external_id") REFERENCES "crm_contact_mappings"("user_id", "platform", "external_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What a run changed is read page by page in the order of ids, over three tables at once.
DROP INDEX idx_contact_changes_run;
CREATE INDEX "idx_contact_changes_run" ON "contact_changes"("user_id", "sync_run_id", "id");
CREATE INDEX "idx_sync_pushes_order" ON "sync_pushes"("user_id", "sync_run_id", "id");
CREATE INDEX "idx_held_deletions_order" ON "crm_held_deletions"("user_id", "platform", "id");
-- Which runs are about another one.
CREATE INDEX idx_sync_runs_of_run ON sync_runs (user_id, of_run_id) WHERE of_run_id IS NOT NULL;

-- One preview at a time: see the schema below.
CREATE UNIQUE INDEX uq_sync_runs_preview ON sync_runs (user_id)
    WHERE dry_run AND status IN ('QUEUED', 'RUNNING', 'WAITING_FOR_QUOTA', 'PAUSED', 'AWAITING_APPROVAL');

DO $$
DECLARE tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['sync_pushes', 'crm_conflicts', 'crm_held_deletions'] LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN user_id SET STATISTICS 0', tenant_table);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO crm_app', tenant_table);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY own_rows ON %I TO crm_app USING (user_id = (SELECT app_user_id()))', tenant_table);
    END LOOP;
END $$;

-- A dry run is the same engine over a copy of its user's rows: with this schema first on its search path, the same
-- statements write here. What it would change stays here as its change log; the copies go with its end.
CREATE SCHEMA preview;
GRANT USAGE ON SCHEMA preview TO crm_app;
DO $$
DECLARE copied text;
BEGIN
    FOREACH copied IN ARRAY ARRAY['contacts', 'crm_contact_mappings', 'contact_changes', 'crm_pending_changes',
        'crm_conflicts', 'crm_held_deletions'] LOOP
        EXECUTE format('CREATE TABLE preview.%I (LIKE public.%I INCLUDING ALL)', copied, copied);
        EXECUTE format('ALTER TABLE preview.%I ALTER COLUMN user_id SET STATISTICS 0', copied);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON preview.%I TO crm_app', copied);
        EXECUTE format('ALTER TABLE preview.%I ENABLE ROW LEVEL SECURITY', copied);
        EXECUTE format('ALTER TABLE preview.%I FORCE ROW LEVEL SECURITY', copied);
        EXECUTE format('CREATE POLICY own_rows ON preview.%I TO crm_app USING (user_id = (SELECT app_user_id()))', copied);
    END LOOP;
END $$;

-- The change log of a dry run outlives the copies. Of the entries that are copied nothing tells a run; an entry that does is
-- what a dry run would write, and no other dry run sees it: there it would be taken for history.
ALTER TABLE preview.contact_changes ADD CONSTRAINT contact_changes_run_fkey FOREIGN KEY (user_id, sync_run_id)
    REFERENCES public.sync_runs (user_id, id) ON DELETE CASCADE;
CREATE POLICY own_run ON preview.contact_changes AS RESTRICTIVE TO crm_app USING (sync_run_id IS NULL
    OR coalesce((SELECT nullif(current_setting('app.preview_run', true), '')::uuid), sync_run_id) = sync_run_id);

CREATE FUNCTION drop_copies(of_user uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM preview.crm_held_deletions WHERE user_id = of_user;
    DELETE FROM preview.crm_conflicts WHERE user_id = of_user;
    DELETE FROM preview.crm_pending_changes WHERE user_id = of_user;
    DELETE FROM preview.crm_contact_mappings WHERE user_id = of_user;
    DELETE FROM preview.contacts WHERE user_id = of_user;
    DELETE FROM preview.contact_changes WHERE user_id = of_user AND sync_run_id IS NULL;
END $$;

-- The copies go with their dry run, whoever ends it and however: nobody else would look for them.
CREATE FUNCTION end_preview() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.drop_copies(OLD.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER preview_ended AFTER UPDATE OF status ON sync_runs FOR EACH ROW
    WHEN (OLD.dry_run AND NEW.status IN ('SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED'))
    EXECUTE FUNCTION end_preview();
CREATE TRIGGER preview_deleted AFTER DELETE ON sync_runs FOR EACH ROW
    WHEN (OLD.dry_run AND OLD.finished_at IS NULL) EXECUTE FUNCTION end_preview();

-- The copies come and go, so that statistics from when there were none would stay: they are as young as a new database.
CREATE OR REPLACE FUNCTION analyze_young_tables() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF (SELECT reltuples FROM pg_class WHERE oid = 'crm_contact_mappings'::regclass) < 100 THEN
        ANALYZE contacts, crm_contact_mappings, contact_changes, sync_runs;
    END IF;
    IF (SELECT reltuples FROM pg_class WHERE oid = 'preview.crm_contact_mappings'::regclass) < 100 THEN
        ANALYZE preview.contacts, preview.crm_contact_mappings, preview.contact_changes;
    END IF;
END $$;
