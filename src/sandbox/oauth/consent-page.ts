/** What the consent page asks about. */
interface ConsentQuestion {
  /** Name of the CRM. */
  readonly platform: string;
  /** Path of the authorize endpoint, which takes the answer. */
  readonly action: string;
  readonly account: string;
  /** What the platform writes on its buttons. */
  readonly buttons?: readonly [approve: string, deny: string];
  readonly scopes: readonly string[];
  /** The authorize request's query, to be sent again with the answer. */
  readonly query: Readonly<Record<string, string>>;
}

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; background: #f5f8fa; color: #33475b; margin: 0 }
  main { max-width: 30rem; margin: 4rem auto; padding: 2rem; background: #fff; border-radius: 8px }
  h1 { font-size: 1.3rem } code { background: #eaf0f6; padding: .1em .3em }
  button { font: inherit; padding: .5rem 1.2rem; border-radius: 4px; border: 1px solid #ff5c35; cursor: pointer }
  .approve { background: #ff5c35; color: #fff } .deny { background: #fff; color: #33475b }`;

/** The page on which the owner of an account lets the app in, or does not. */
export function renderConsentPage(question: ConsentQuestion): string {
  const hidden = Object.entries(question.query)
    .filter(([name]) => name !== 'account')
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`);
  const [approve, deny] = question.buttons ?? ['Approve', 'Deny'];
  const scopes = question.scopes.map((it) => `<li><code>${escapeHtml(it)}</code></li>`);
  return renderPage(
    `Connect an app to ${question.platform} (sandbox)`,
    `<p>An app asks for access to the account</p>
    <form method="get" action="${question.action}">
      ${hidden.join('\n      ')}
      <p><input name="account" value="${escapeHtml(question.account)}" aria-label="Account"></p>
      <p>and would be allowed:</p>
      <ul>${scopes.join('')}</ul>
      <button class="approve" name="approve" value="1">${approve}</button>
      <button class="deny" name="deny" value="1">${deny}</button>
    </form>`,
  );
}

/** What is shown instead when the request itself is wrong; nobody is redirected then. */
export function renderRefusalPage(reason: string): string {
  return renderPage('Authorization failed', `<p>${escapeHtml(reason)}</p>`);
}

function renderPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>${body}</main></body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}
