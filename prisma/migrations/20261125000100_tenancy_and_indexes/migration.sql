-- What Prisma's schema language cannot say: the indexes of the real queries, and the second lock on tenancy.

-- Lists: one keyset index per order; deleted contacts are in none of them.
CREATE INDEX idx_contacts_user_updated ON contacts (user_id, updated_at) WHERE deleted_at IS NULL;
CREATE INDEX idx_contacts_user_created ON contacts (user_id, created_at) WHERE deleted_at IS NULL;
CREATE INDEX idx_contacts_user_name ON contacts (user_id, display_name) WHERE deleted_at IS NULL;
-- Linking by e-mail.
CREATE INDEX idx_contacts_user_email ON contacts (user_id, email) WHERE deleted_at IS NULL AND email IS NOT NULL;

-- At most one run under way per user and platform.
CREATE UNIQUE INDEX uq_sync_runs_active ON sync_runs (user_id, platform)
    WHERE status IN ('QUEUED', 'RUNNING', 'WAITING_FOR_QUOTA', 'PAUSED', 'AWAITING_APPROVAL');
-- The sweeper's questions.
CREATE INDEX idx_sync_runs_due ON sync_runs (due_at) WHERE status IN ('QUEUED', 'RUNNING', 'WAITING_FOR_QUOTA');
CREATE INDEX idx_crm_integrations_next_sync ON crm_integrations (next_sync_at)
    WHERE state = 'CONNECTED' AND next_sync_at IS NOT NULL;

-- A user whom the last ANALYZE did not meet is taken to have one row, and every index on user_id to be good enough: then
-- each row of a page costs a walk over all rows of its user. Without statistics of the column every user is taken to
-- have a two-hundredth of the table, and the planner looks for a better index.
ALTER TABLE contacts ALTER COLUMN user_id SET STATISTICS 0;
ALTER TABLE crm_contact_mappings ALTER COLUMN user_id SET STATISTICS 0;
ALTER TABLE contact_changes ALTER COLUMN user_id SET STATISTICS 0;
ALTER TABLE sync_runs ALTER COLUMN user_id SET STATISTICS 0;
ALTER TABLE sync_record_errors ALTER COLUMN user_id SET STATISTICS 0;

-- Roles are the server's, not the database's: another database of this server may have made them already.
-- From PostgreSQL 16 on, who makes a role may hand it out but not take it on, until it is granted to him.
DO $$
DECLARE
    role_name text;
    wanted text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['crm_app', 'crm_system'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', role_name);
        END IF;
        IF NOT pg_has_role(current_user, role_name, wanted) THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        END IF;
    END LOOP;
END $$;

-- crm_app acts for one user at a time: the one in app.user_id. No setting, no rows.
GRANT SELECT, INSERT, UPDATE, DELETE ON users, contacts, crm_integrations, crm_contact_mappings, sync_runs,
    sync_record_errors, contact_changes, oauth_states TO crm_app;

-- crm_system finds what is due, over all users, and can read nothing else: no contact, no token.
GRANT SELECT (id, user_id, platform, status, due_at) ON sync_runs TO crm_system;
GRANT SELECT (id, user_id, platform, state, next_sync_at) ON crm_integrations TO crm_system;

CREATE FUNCTION app_user_id() RETURNS uuid LANGUAGE sql STABLE
    RETURN nullif(current_setting('app.user_id', true), '')::uuid;

DO $$
DECLARE tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['contacts', 'crm_integrations', 'crm_contact_mappings', 'sync_runs',
        'sync_record_errors', 'contact_changes', 'oauth_states'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('CREATE POLICY own_rows ON %I TO crm_app USING (user_id = (SELECT app_user_id()))', tenant_table);
    END LOOP;
END $$;

-- A user's own row: by id, or by the subject that an authenticated token names (its first sight).
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY own_row ON users TO crm_app
    USING (id = (SELECT app_user_id()) OR subject = (SELECT nullif(current_setting('app.subject', true), '')));

-- The OAuth callback comes without a user; who holds the state may take that one row.
CREATE POLICY by_state ON oauth_states TO crm_app
    USING (state_hash = (SELECT nullif(current_setting('app.oauth_state', true), '')));

CREATE POLICY find_due ON sync_runs FOR SELECT TO crm_system USING (true);
CREATE POLICY find_due ON crm_integrations FOR SELECT TO crm_system USING (true);

-- A UUIDv7 for rows that a statement makes by itself (PostgreSQL has its own only from 18 on): a random one, with the
-- time in its first 48 bits and the version 7 instead of 4.
CREATE FUNCTION new_id() RETURNS uuid LANGUAGE sql VOLATILE
    RETURN encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid;

-- Until autovacuum's first visit (a minute by default) the planner knows nothing of a new database and reads all
-- contacts of a user where one index look-up would do. The first large run calls this; later it does nothing.
CREATE FUNCTION analyze_young_tables() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF (SELECT reltuples FROM pg_class WHERE oid = 'crm_contact_mappings'::regclass) < 100 THEN
        ANALYZE contacts, crm_contact_mappings, contact_changes, sync_runs;
    END IF;
END $$;
