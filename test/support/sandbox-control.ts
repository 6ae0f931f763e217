/** A contact as the sandbox's control API shows it: HubSpot's shape. */
export interface SandboxContact {
  readonly id: string;
  readonly archived: boolean;
  readonly url: string;
  readonly properties: Readonly<Record<string, string | null>>;
}

/** One call that reached the sandbox. */
export interface SandboxCall {
  /** Epoch ms. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly account: string;
}

interface Changes {
  readonly add?: number;
  readonly change?: number;
  readonly archive?: number;
  readonly merge?: number;
  readonly sameMillisecond?: number;
}

interface Touched {
  readonly added: string[];
  readonly changed: string[];
  readonly archived: string[];
  readonly merged: { readonly ids: string[]; readonly survivor: string }[];
  readonly sameMillisecond: string[];
}

interface Fault {
  readonly status?: number;
  readonly times?: number;
  readonly path?: string;
  readonly delayMs?: number;
  readonly truncate?: boolean;
  readonly html?: boolean;
  readonly padBytes?: number;
  readonly bytesPerSecond?: number;
  readonly retryAfterSeconds?: number;
}

interface WebhookTarget {
  readonly targetUrl: string | null;
  readonly publicUrl?: string;
  readonly duplicate?: number;
  readonly shuffle?: boolean;
  readonly delayMs?: number;
}

/** What a test does to the simulated CRM, over its control API. */
export interface SandboxControl {
  readonly url: string;
  touch(account: string, changes: Changes): Promise<Touched>;
  /** Every contact that is not archived. */
  contacts(account: string): Promise<SandboxContact[]>;
  /** Every record, deleted ones too, in the platform's own shape. */
  allContacts<T>(account: string): Promise<T[]>;
  /** Any other control call. */
  control(method: string, path: string, account: string, body?: object): Promise<void>;
  /** The path begins with `/crm` unless said otherwise. */
  addFault(account: string, fault: Fault): Promise<void>;
  clearFaults(account: string): Promise<void>;
  tokens(account: string, change: { expire?: 'access' | 'refresh'; rotate?: boolean }): Promise<void>;
  calls(since?: number, account?: string): Promise<SandboxCall[]>;
  /** Without an account: for all of them. */
  limits(values: Record<string, number | null>, account?: string): Promise<void>;
  /** Makes every call of the account take this long (ms), until the faults are cleared. */
  slowDown(account: string, delayMs: number): Promise<void>;
  /** Sends webhooks from now on; a null address ends them. */
  webhooks(target: WebhookTarget): Promise<void>;
  /** Whether every event has been delivered, or given up. */
  isQuiet(): Promise<boolean>;
  /** So many changes of one property each, over all contacts in turn. */
  burst(account: string, events: number): Promise<void>;
  restore(account: string, id: string): Promise<void>;
  /** Everything in the webhook journal until now is lost. */
  expireJournal(): Promise<void>;
}

export function controlSandbox(url: string): SandboxControl {
  const call = async (method: string, path: string, query: Record<string, string>, body?: object) => {
    const reply = await fetch(`${url}/__control${path}?${new URLSearchParams(query)}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const answer = await reply.json();
    if (!reply.ok) throw new Error(`the sandbox refused ${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const of = (account: string | undefined): Record<string, string> =>
    account === undefined ? {} : { account };
  const addFault = async (account: string, fault: Fault) => {
    await call('POST', '/faults', { account }, { path: '/crm', ...fault });
  };
  return {
    url,
    touch: async (account, changes) => (await call('POST', '/contacts', { account }, changes)) as Touched,
    async contacts(account) {
      const { contacts } = (await call('GET', '/contacts', { account, full: '1' })) as {
        contacts: SandboxContact[];
      };
      return contacts.filter((it) => !it.archived);
    },
    allContacts: async <T>(account: string) =>
      ((await call('GET', '/contacts', { account, full: '1' })) as { contacts: T[] }).contacts,
    control: async (method, path, account, body) => void (await call(method, path, { account }, body)),
    addFault,
    clearFaults: async (account) => void (await call('DELETE', '/faults', { account })),
    tokens: async (account, change) => void (await call('POST', '/tokens', { account }, change)),
    calls: async (since = 0, account) =>
      (await call('GET', '/calls', { since: String(since), ...of(account) })) as SandboxCall[],
    limits: async (values, account) => void (await call('PUT', '/limits', of(account), values)),
    slowDown: (account, delayMs) => addFault(account, { delayMs, times: 1_000_000 }),
    webhooks: async (target) => void (await call('PUT', '/hubspot/webhooks', {}, target)),
    isQuiet: async () => ((await call('GET', '/hubspot/webhooks', {})) as { isIdle: boolean }).isIdle,
    burst: async (account, events) => void (await call('POST', '/hubspot/burst', { account }, { events })),
    restore: async (account, id) =>
      void (await call('POST', '/hubspot/restore', { account }, { id: Number(id) })),
    expireJournal: async () => void (await call('DELETE', '/hubspot/journal', {})),
  };
}
