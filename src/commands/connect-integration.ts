import { randomBytes } from 'node:crypto';
import type { Connector } from '../connectors/index.js';
import { AppError, badInput, type Platform, platformNames, progressOf } from '../domain/index.js';
import type { Consent } from '../store/index.js';
import type { Commands } from './contract.js';
import type { CommandDeps } from './dependencies.js';

/** A consent must be given within this time (ms). */
const consentMs = 15 * 60_000;

type ConnectIntegration = Pick<
  Commands,
  'connectIntegration' | 'completeConnection' | 'disconnectIntegration'
>;

export function createConnectIntegration(deps: CommandDeps): ConnectIntegration {
  const { store, events } = deps;
  return {
    async connectIntegration(user, { platform, returnTo }) {
      const { oauth } = connectorOf(deps, platform);
      const codeVerifier = randomBytes(48).toString('base64url');
      const expiresAt = new Date(Date.now() + consentMs);
      const consent = { userId: user, platform, codeVerifier, returnTo: checkReturnTo(deps, returnTo) };
      const state = await store.oauthStates.create(consent, expiresAt);
      const url = await oauth.authorizationUrl({
        state,
        codeVerifier,
        redirectUri: redirectUri(deps, platform),
      });
      return { authorizationUrl: url.href, expiresAt };
    },
    async completeConnection(platform, answer) {
      const consent = await store.oauthStates.take(answer.state);
      if (consent?.platform !== platform) {
        const name = platformNames[platform];
        throw badInput(
          'state',
          `This connection attempt is unknown, used up or too old. Start again and connect ${name} anew.`,
        );
      }
      try {
        const { integration, cancelled } = await acceptConsent(deps, consent, answer);
        if (cancelled) await events.publish('sync', consent.userId, progressOf(cancelled));
        await events.publish('integration', consent.userId, integration);
        return { integration, returnTo: consent.returnTo };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return { error, returnTo: consent.returnTo };
      }
    },
    async disconnectIntegration(user, platform, deleteContacts) {
      const credentials = await store.credentials.read(user, platform);
      const { integration, cancelled } = await store.disconnect(user, platform, deleteContacts);
      if (cancelled) await events.publish('sync', user, progressOf(cancelled));
      await events.publish('integration', user, integration);
      if (credentials?.refreshToken) await revoke(deps, platform, credentials.refreshToken);
      return integration;
    },
  };
}

async function acceptConsent(
  deps: CommandDeps,
  { platform, userId, codeVerifier }: Consent,
  { code, error, errorDescription }: Parameters<Commands['completeConnection']>[1],
): ReturnType<CommandDeps['store']['credentials']['connect']> {
  if (code === undefined || code === '') {
    const denied = error === 'access_denied';
    const reason = denied ? 'access was not granted' : (errorDescription ?? error ?? 'no code came back');
    throw new AppError('FORBIDDEN', `${platformNames[platform]} was not connected: ${reason.slice(0, 200)}.`);
  }
  const { oauth } = connectorOf(deps, platform);
  const grant = await oauth.exchange({ code, codeVerifier, redirectUri: redirectUri(deps, platform) });
  return deps.store.credentials.connect(userId, platform, grant);
}

/** Ours are forgotten already; that the CRM may still think otherwise is worth a line, not an error. */
async function revoke(deps: CommandDeps, platform: Platform, refreshToken: string): Promise<void> {
  await deps.connectors
    .get(platform)
    ?.oauth.revoke(refreshToken)
    .catch((error: unknown) => deps.log.warn({ err: error, platform }, 'the grant could not be revoked'));
}

function connectorOf({ connectors }: CommandDeps, platform: Platform): Connector {
  const connector = connectors.get(platform);
  if (!connector) throw badInput('platform', `${platformNames[platform]} is not available on this server.`);
  return connector;
}

function redirectUri({ publicUrl }: CommandDeps, platform: Platform): string {
  return `${publicUrl}/oauth/${platform.toLowerCase()}/callback`;
}

/** Only to known origins: an open redirect would lend our name to any page. */
function checkReturnTo({ appOrigins }: CommandDeps, returnTo: string | null | undefined): string | null {
  if (returnTo === null || returnTo === undefined) return null;
  const url = URL.canParse(returnTo) ? new URL(returnTo) : null;
  if (!url || returnTo.length > 2_000 || !appOrigins.includes(url.origin)) {
    throw badInput('returnTo', `returnTo must be a URL of one of: ${appOrigins.join(', ')}.`);
  }
  return url.href;
}
