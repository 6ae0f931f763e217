-- Why a run was started: its user asked, its time had come, or the CRM told of changes.
CREATE DOMAIN "sync_trigger" AS TEXT CHECK (VALUE IN ('USER', 'SCHEDULE', 'CHANGE'));
ALTER TABLE "sync_runs" ADD COLUMN "trigger" "sync_trigger" NOT NULL DEFAULT 'USER';

-- Where the account's API is, where the CRM tells it with the tokens.
ALTER TABLE "crm_integrations" ADD COLUMN "api_url" TEXT;
