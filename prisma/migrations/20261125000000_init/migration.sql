-- Domains over text instead of enums: under row-level security PostgreSQL uses an index or a statistic only for
-- operators that it knows to be leakproof. Those of text are; those of enums are not.
CREATE DOMAIN "platform" AS TEXT CHECK (VALUE IN ('HUBSPOT', 'SALESFORCE', 'GOOGLE'));
CREATE DOMAIN "contact_source" AS TEXT CHECK (VALUE IN ('HUBSPOT', 'SALESFORCE', 'GOOGLE', 'API'));
CREATE DOMAIN "crm_state" AS TEXT CHECK (VALUE IN ('SYNCED', 'PENDING', 'CONFLICT', 'FAILED', 'DELETED_REMOTELY'));
CREATE DOMAIN "sync_direction" AS TEXT CHECK (VALUE IN ('PULL', 'PUSH', 'TWO_WAY'));
CREATE DOMAIN "sync_mode" AS TEXT CHECK (VALUE IN ('INCREMENTAL', 'FULL'));
CREATE DOMAIN "sync_run_status" AS TEXT CHECK (VALUE IN ('QUEUED', 'RUNNING', 'WAITING_FOR_QUOTA', 'PAUSED', 'AWAITING_APPROVAL', 'SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED'));
CREATE DOMAIN "sync_phase" AS TEXT CHECK (VALUE IN ('QUEUED', 'PULLING', 'PUSHING', 'RECONCILING', 'DONE'));
CREATE DOMAIN "integration_state" AS TEXT CHECK (VALUE IN ('CONNECTED', 'NEEDS_REAUTHORIZATION', 'DISCONNECTED'));
CREATE DOMAIN "conflict_policy" AS TEXT CHECK (VALUE IN ('NEWEST_WINS', 'CRM_WINS', 'LOCAL_WINS', 'ASK'));
CREATE DOMAIN "contact_change_kind" AS TEXT CHECK (VALUE IN ('CREATED', 'UPDATED', 'DELETED', 'RESTORED', 'MERGED'));

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- What a search compares: in lower case, and the Greek sigma in one form wherever it stands.
CREATE FUNCTION fold_text(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN translate(lower($1), 'ς', 'σ');

-- CreateTable
CREATE TABLE "contacts" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "first_name" TEXT,
    "last_name" TEXT,
    "email" TEXT,
    "phone" TEXT,
    "company" TEXT,
    "title" TEXT,
    "source" "contact_source" NOT NULL,
    "display_name" TEXT COLLATE "und-x-icu" NOT NULL GENERATED ALWAYS AS (
        coalesce(nullif(btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), ''), email, phone, 'Unnamed contact')
    ) STORED,
    "search_text" TEXT NOT NULL GENERATED ALWAYS AS (
        fold_text(coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || coalesce(email, '') || ' '
            || coalesce(phone, '') || ' ' || coalesce(company, '') || ' ' || coalesce(title, '') || ' '
            || regexp_replace(coalesce(phone, ''), '\D', '', 'g'))
    ) STORED,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3)
);

-- CreateTable
CREATE TABLE "crm_integrations" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "platform" "platform" NOT NULL,
    "state" "integration_state" NOT NULL DEFAULT 'DISCONNECTED',
    "state_reason" TEXT,
    "account_id" TEXT,
    "account_name" TEXT,
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "access_token" TEXT,
    "refresh_token" TEXT,
    "token_expires_at" TIMESTAMPTZ(3),
    "token_issued_at" TIMESTAMPTZ(3),
    "credentials_version" INTEGER NOT NULL DEFAULT 0,
    "refresh_locked_until" TIMESTAMPTZ(3),
    "connected_at" TIMESTAMPTZ(3),
    "last_synced_at" TIMESTAMPTZ(3),
    "cursors" JSONB NOT NULL DEFAULT '{}',
    "sync_every_minutes" INTEGER,
    "next_sync_at" TIMESTAMPTZ(3),
    "direction" "sync_direction" NOT NULL DEFAULT 'PULL',
    "conflict_policy" "conflict_policy" NOT NULL DEFAULT 'NEWEST_WINS',
    "mass_delete_limit" DOUBLE PRECISION NOT NULL DEFAULT 0.2,
    "salesforce_objects" TEXT[] DEFAULT ARRAY['Contact', 'Lead']::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "crm_integrations_pkey" PRIMARY KEY ("user_id","id")
);

-- CreateTable
CREATE TABLE "crm_contact_mappings" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "platform" "platform" NOT NULL,
    "external_id" TEXT NOT NULL,
    "record_type" TEXT NOT NULL,
    "url" TEXT,
    "state" "crm_state" NOT NULL DEFAULT 'SYNCED',
    "direction" "sync_direction" NOT NULL DEFAULT 'PULL',
    "error" TEXT,
    "base" JSONB NOT NULL,
    "remote_updated_at" TIMESTAMPTZ(3),
    "last_synced_at" TIMESTAMPTZ(3),
    "seen_run_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "crm_contact_mappings_pkey" PRIMARY KEY ("user_id","id")
);

-- CreateTable
CREATE TABLE "sync_runs" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "platform" "platform" NOT NULL,
    "direction" "sync_direction" NOT NULL,
    "mode" "sync_mode" NOT NULL,
    "dry_run" BOOLEAN NOT NULL DEFAULT false,
    "status" "sync_run_status" NOT NULL DEFAULT 'QUEUED',
    "phase" "sync_phase" NOT NULL DEFAULT 'QUEUED',
    "page" INTEGER NOT NULL DEFAULT 0,
    "checkpoint" JSONB NOT NULL DEFAULT '{}',
    "sequence" INTEGER NOT NULL DEFAULT 1,
    "processed" INTEGER NOT NULL DEFAULT 0,
    "created" INTEGER NOT NULL DEFAULT 0,
    "updated" INTEGER NOT NULL DEFAULT 0,
    "unchanged" INTEGER NOT NULL DEFAULT 0,
    "deleted" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "conflicts" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER,
    "waiting_for" TEXT,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "failing_since" TIMESTAMPTZ(3),
    "error_code" TEXT,
    "error_message" TEXT,
    "error_retryable" BOOLEAN,
    "queued_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sync_runs_pkey" PRIMARY KEY ("user_id","id")
);

-- CreateTable
CREATE TABLE "sync_record_errors" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "sync_run_id" UUID NOT NULL,
    "platform" "platform" NOT NULL,
    "external_id" TEXT,
    "contact_id" UUID,
    "code" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "retryable" BOOLEAN NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sync_record_errors_pkey" PRIMARY KEY ("user_id","id")
);

-- CreateTable
CREATE TABLE "contact_changes" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "contact_id" UUID NOT NULL,
    "sync_run_id" UUID,
    "kind" "contact_change_kind" NOT NULL,
    "source" "contact_source" NOT NULL,
    "fields" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "contact_changes_pkey" PRIMARY KEY ("user_id","id")
);

-- CreateTable
CREATE TABLE "oauth_states" (
    "state_hash" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "platform" "platform" NOT NULL,
    "code_verifier" TEXT NOT NULL,
    "return_to" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "oauth_states_pkey" PRIMARY KEY ("state_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_subject_key" ON "users"("subject");

-- CreateIndex
CREATE INDEX "idx_contacts_user_id" ON "contacts"("user_id");

-- Made after idx_contacts_user_id on purpose: before the first ANALYZE the two cost the same, and PostgreSQL
-- then takes the newer one. The other way round, every foreign key check reads all contacts of the user.
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_pkey" PRIMARY KEY ("user_id","id");

-- CreateIndex
CREATE INDEX "idx_contacts_updated_at" ON "contacts"("updated_at");

-- CreateIndex
CREATE UNIQUE INDEX "crm_integrations_user_id_platform_key" ON "crm_integrations"("user_id", "platform");

-- CreateIndex
CREATE INDEX "idx_crm_mappings_user_platform" ON "crm_contact_mappings"("user_id", "platform");

-- CreateIndex
CREATE UNIQUE INDEX "crm_contact_mappings_user_id_platform_external_id_key" ON "crm_contact_mappings"("user_id", "platform", "external_id");

-- CreateIndex (after those on (user_id, …), for the reason given at contacts_pkey)
CREATE INDEX "idx_crm_mappings_contact_id" ON "crm_contact_mappings"("contact_id");

-- CreateIndex
CREATE INDEX "idx_sync_runs_user_queued" ON "sync_runs"("user_id", "queued_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "sync_record_errors_user_id_sync_run_id_external_id_key" ON "sync_record_errors"("user_id", "sync_run_id", "external_id");

-- CreateIndex
CREATE INDEX "idx_contact_changes_contact" ON "contact_changes"("user_id", "contact_id", "id");

-- CreateIndex
CREATE INDEX "idx_contact_changes_run" ON "contact_changes"("user_id", "sync_run_id");

-- CreateIndex
CREATE INDEX "idx_oauth_states_user_id" ON "oauth_states"("user_id");

-- AddForeignKey
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "crm_integrations" ADD CONSTRAINT "crm_integrations_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "crm_contact_mappings" ADD CONSTRAINT "crm_contact_mappings_user_id_contact_id_fkey" FOREIGN KEY ("user_id", "contact_id") REFERENCES "contacts"("user_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "crm_contact_mappings" ADD CONSTRAINT "crm_contact_mappings_user_id_platform_fkey" FOREIGN KEY ("user_id", "platform") REFERENCES "crm_integrations"("user_id", "platform") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_runs" ADD CONSTRAINT "sync_runs_user_id_platform_fkey" FOREIGN KEY ("user_id", "platform") REFERENCES "crm_integrations"("user_id", "platform") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_record_errors" ADD CONSTRAINT "sync_record_errors_user_id_sync_run_id_fkey" FOREIGN KEY ("user_id", "sync_run_id") REFERENCES "sync_runs"("user_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contact_changes" ADD CONSTRAINT "contact_changes_user_id_contact_id_fkey" FOREIGN KEY ("user_id", "contact_id") REFERENCES "contacts"("user_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contact_changes" ADD CONSTRAINT "contact_changes_user_id_sync_run_id_fkey" FOREIGN KEY ("user_id", "sync_run_id") REFERENCES "sync_runs"("user_id", "id") ON DELETE NO ACTION ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "oauth_states" ADD CONSTRAINT "oauth_states_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;


