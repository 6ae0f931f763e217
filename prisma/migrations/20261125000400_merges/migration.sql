-- A contact that was merged into another: gone for readers and never restored. It names a contact that is not merged itself.
ALTER TABLE "contacts" ADD COLUMN "merged_into" UUID;
CREATE INDEX idx_contacts_merged_into ON contacts (user_id, merged_into) WHERE merged_into IS NOT NULL;

-- The history of a merged contact goes on under the winner; the entry remembers whose it was.
ALTER TABLE "contact_changes" ADD COLUMN "merged_from" UUID;

CREATE INDEX idx_sync_record_errors_contact ON sync_record_errors (user_id, contact_id) WHERE contact_id IS NOT NULL;

-- When a CRM last changed a contact's values, by that CRM's clock: two records of one contact may disagree, and what is
-- stored later is not what was changed later. Null where this API changed them: then updated_at tells it.
ALTER TABLE "contacts" ADD COLUMN "changed_at" TIMESTAMPTZ(3);

-- How alike two names are; a trusted extension, which needs the right to create something in the database.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
