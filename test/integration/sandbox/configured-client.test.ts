import { describe, expect, it } from 'vitest';
import { jwtSecret, openApiClient } from '../../support/api-client.js';
import { launchProgram, untilLine } from '../../support/launch.js';
import { createTestDatabase, createTestRedis } from '../../support/services.js';
import { startProgram } from '../../support/spawn.js';
import { connectHubspot } from '../../support/sync-client.js';
import { approve, postForm, REDIRECT_URI } from './sandbox-caller.js';

const APP = { HUBSPOT_CLIENT_ID: 'an-app', HUBSPOT_CLIENT_SECRET: 'known-to-both-sides' };

describe('the configured HubSpot app', () => {
  it('is the one that a sandbox of its own serves, which does not tell its secret', async () => {
    const program = await launchProgram({ ...APP, ROLE: 'sandbox', SANDBOX_CONTACTS: '3' });
    const [, url = ''] = await untilLine(program, /^ready (http:\S+)$/m, 60_000);
    const app = { client_id: APP.HUBSPOT_CLIENT_ID, client_secret: APP.HUBSPOT_CLIENT_SECRET };
    const code = (await approve(url, { client_id: app.client_id })).searchParams.get('code') ?? '';
    const exchange = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI, code };
    expect((await postForm(url, '/oauth/v1/token', { ...exchange, ...app })).status).toBe(200);
    expect(program.stderr()).not.toContain(app.client_secret);
  });

  it('is what both sides of a program take that brings its sandbox along', async () => {
    const program = await startProgram({
      env: {
        ...APP,
        SANDBOX: 'on',
        SANDBOX_CONTACTS: '3',
        AUTH_JWT_SECRET: jwtSecret,
        DATABASE_URL: (await createTestDatabase()).url,
        REDIS_URL: (await createTestRedis()).url,
      },
    });
    const user = await openApiClient(program.url, 'olga');
    const { connectIntegration } = await user.query(
      'mutation { connectIntegration(input: { platform: HUBSPOT }) { authorizationUrl } }',
    );
    expect(new URL(connectIntegration.authorizationUrl).searchParams.get('client_id')).toBe('an-app');
    await connectHubspot(user, 'olga');
  });
});
