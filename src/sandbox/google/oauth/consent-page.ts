/** What the consent page asks about. */
interface ConsentQuestion {
  readonly account: string;
  readonly scopes: readonly string[];
  /** The path that takes the answer. */
  readonly action: string;
  /** The authorize request's query, to be sent again with the answer. */
  readonly query: Readonly<Record<string, string>>;
}

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; background: #f0f4f9; color: #1f1f1f; margin: 0 }
  main { max-width: 30rem; margin: 4rem auto; padding: 2rem; background: #fff; border-radius: 28px }
  h1 { font-size: 1.3rem } code { background: #f0f4f9; padding: .1em .3em; overflow-wrap: anywhere }
  button { font: inherit; padding: .5rem 1.2rem; border-radius: 20px; border: 1px solid #0b57d0; cursor: pointer }
  .approve { background: #0b57d0; color: #fff } .deny { background: #fff; color: #0b57d0 }`;

/** The page on which the owner of an account lets the app in, or does not. */
export function renderConsentPage(question: ConsentQuestion): string {
  const hidden = Object.entries(question.query)
    .filter(([name]) => name !== 'account')
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`);
  const scopes = question.scopes.map((it) => `<li><code>${escapeHtml(it)}</code></li>`);
  return renderPage(
    'Sign in with Google (sandbox)',
    `<p>An app wants access to the Google Account</p>
    <form method="get" action="${escapeHtml(question.action)}">
      ${hidden.join('\n      ')}
      <p><input name="account" value="${escapeHtml(question.account)}" aria-label="Account"></p>
      <p>and would be allowed:</p>
      <ul>${scopes.join('')}</ul>
      <button class="approve" name="approve" value="1">Continue</button>
      <button class="deny" name="deny" value="1">Cancel</button>
    </form>`,
  );
}

/** What is shown instead when the request itself is wrong; nobody is redirected then. */
export function renderRefusalPage(reason: string): string {
  return renderPage('Access blocked: this request is invalid', `<p>${escapeHtml(reason)}</p>`);
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
