import type { CodeFault } from '../../oauth/code-book.js';

/** A refusal of the OAuth endpoints, whose bodies have a shape of their own. */
export class OauthRefusal extends Error {
  override readonly name = 'OauthRefusal';

  constructor(
    readonly error: string,
    readonly description: string,
    readonly status = 400,
  ) {
    super(description);
  }

  get body(): object {
    return { error: this.error, error_description: this.description };
  }
}

/** 400 for a token that is dead or none. */
export function deadToken(): OauthRefusal {
  return new OauthRefusal('invalid_grant', 'expired access/refresh token');
}

const CODE_FAULTS: Readonly<Record<CodeFault, readonly [error: string, description: string]>> = {
  unknown: ['invalid_grant', 'expired authorization code'],
  expired: ['invalid_grant', 'expired authorization code'],
  'other-redirect': ['redirect_uri_mismatch', 'redirect_uri must match configuration'],
  'wrong-verifier': ['invalid_grant', 'invalid code verifier'],
};

/** 400 for a code that cannot be exchanged. */
export function badCode(fault: CodeFault): OauthRefusal {
  return new OauthRefusal(...CODE_FAULTS[fault]);
}
