import type { DemoClient } from './client.js';
import { describeCounts, followRun, type Progress } from './follow-run.js';
import type { HubspotContactsQuery, OpenConflictsQuery } from './gql/graphql.js';
import type { HubspotUser } from './hubspot-user.js';
import { openProgressBars } from './progress-bars.js';
import {
  ApproveSync,
  ChoosePolicy,
  EditContact,
  HubspotContacts,
  HubspotSettings,
  OpenConflicts,
  ResolveConflict,
  RunChanges,
  StartTwoWay,
  UndoSync,
} from './two-way-operations.js';
import { drawChanges, drawConflict, fold, quote } from './two-way-tables.js';

type Contact = HubspotContactsQuery['contacts']['nodes'][number];
type Conflict = OpenConflictsQuery['conflicts']['nodes'][number];

const titles = ['Head of Sales', 'Sales Director', 'Key Account Manager', 'Chief of Staff', 'Buyer'];
const phones = ['+4930123456', '+4930654321'];
/** HubSpot tells of a change within seconds; where it does not, the sync finds it. */
const toldWithinMs = 15_000;

/** Both ways with HubSpot: a conflict, its resolution, a preview and an undo. The settings are put back at the end. */
export async function showTwoWay(client: DemoClient, hubspot: HubspotUser): Promise<void> {
  const [first, ...others] = await chooseContacts(client);
  if (!first || others.length < 2) {
    console.log('\nTwo-way sync is not shown: it takes three contacts of HubSpot that have a title.');
    return;
  }
  const { integration } = await client.ask(HubspotSettings, {});
  await client.ask(ChoosePolicy, { policy: 'ASK' });
  await showConflict(client, hubspot, first);
  await editBoth(client, hubspot, others);
  await showPreview(client, others);
  await showUndo(client, others);
  await client.ask(ChoosePolicy, { policy: integration.settings.conflictPolicy });
}

/** Three of different names that only HubSpot holds: what other CRMs say does not come in between. */
async function chooseContacts(client: DemoClient): Promise<Contact[]> {
  const { contacts } = await client.ask(HubspotContacts, {});
  const fitting = contacts.nodes.filter(({ title, crmStatus }) => title && crmStatus.length === 1);
  return [...new Map(fitting.map((contact) => [contact.displayName, contact])).values()].slice(0, 3);
}

async function showConflict(client: DemoClient, hubspot: HubspotUser, contact: Contact): Promise<void> {
  const record = recordOf(contact);
  const held = await hubspot.readJobTitle(record);
  const [here, there] = otherTitles(contact.title, held) as [string, string];
  console.log(`\nTwo-way sync with HubSpot, 1 of 4: a conflict. The policy is ASK.
  ${contact.displayName} gets the title ${quote(here)} here, and ${quote(there)} in HubSpot.`);
  await client.ask(EditContact, { id: contact.id, input: { title: here } });
  await hubspot.changeJobTitle(record, there);
  await findConflict(client, contact, Date.now() + toldWithinMs);
  const id = await syncBothWays(client, 'It asks nothing: the first push was approved before.');
  await tellRefusal(client, id);
  const conflict = await findConflict(client, contact, Date.now());
  if (!conflict) throw new Error('HubSpot has not shown the change yet: start the demo again.');
  console.log(`  Nobody's value is overwritten. The conflict, as \`conflicts\` shows it:
${drawConflict(conflict)}

2 of 4: the resolution. \`resolveConflict\` says LOCAL, and the next sync sends it.`);
  await client.ask(ResolveConflict, { id: conflict.id, choice: 'LOCAL' });
  await syncBothWays(client);
  console.log(`  The title in HubSpot is ${quote(await hubspot.readJobTitle(record))} now.`);
}

async function findConflict(
  client: DemoClient,
  { id }: Contact,
  untilMs: number,
): Promise<Conflict | undefined> {
  for (;;) {
    const { conflicts } = await client.ask(OpenConflicts, {});
    const found = conflicts.nodes.find(({ contact, field }) => contact.id === id && field === 'title');
    if (found || Date.now() >= untilMs) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

/** Starts a sync, approves what it asks (else says `asksNothing`), and shows how it ends. */
async function syncBothWays(client: DemoClient, asksNothing?: string): Promise<string> {
  const { startSync } = await client.ask(StartTwoWay, { dryRun: false });
  const { id } = startSync.syncRun;
  const asks = await followRun(client, id);
  const isAsking = asks.status === 'AWAITING_APPROVAL';
  const end = isAsking ? await approve(client, asks) : asks;
  if (!isAsking && asksNothing) console.log(`  ${asksNothing}`);
  console.log(`  Sync both ways: ${describeCounts(end)}.`);
  return id;
}

/** Much is sent now: a bar shows it. */
async function approve(client: DemoClient, { syncRunId: id, waitingFor }: Progress): Promise<Progress> {
  console.log(`  The sync stops and asks:\n${fold(waitingFor ?? '', '    ')}\n  Approved:`);
  await client.ask(ApproveSync, { id });
  const bars = openProgressBars();
  const end = await followRun(client, id, bars.add('HubSpot'));
  bars.stop();
  return end;
}

/** Why the CRM did not take all of it. */
async function tellRefusal(client: DemoClient, id: string): Promise<void> {
  const { syncRun } = await client.ask(RunChanges, { id });
  const refusal = syncRun?.recordErrors.edges[0]?.node.message;
  if (refusal) console.log(fold(`Why something failed: ${refusal}`, '  '));
}

async function editBoth(client: DemoClient, hubspot: HubspotUser, contacts: Contact[]): Promise<void> {
  for (const [at, contact] of contacts.entries()) {
    const [title] = otherTitles(contact.title, await hubspot.readJobTitle(recordOf(contact)));
    const phone = phones.find((it) => it !== contact.phone);
    const input = at === 0 ? { title } : { title, phone };
    await client.ask(EditContact, { id: contact.id, input });
  }
}

async function showPreview(client: DemoClient, contacts: Contact[]): Promise<void> {
  const { startSync } = await client.ask(StartTwoWay, { dryRun: true });
  const { id } = startSync.syncRun;
  const end = await followRun(client, id);
  const { syncRun } = await client.ask(RunChanges, { id });
  console.log(`
3 of 4: a preview. Two contacts were changed here; \`dryRun\` says what a sync would do, and does nothing.
  Dry run: ${describeCounts(end)}, by ${syncRun?.apiCalls} calls to HubSpot.
${drawChanges(syncRun?.changes.nodes ?? [], contacts)}`);
}

async function showUndo(client: DemoClient, contacts: Contact[]): Promise<void> {
  console.log('\n4 of 4: an undo. The same sync in earnest, then `undoSync`.');
  const id = await syncBothWays(client);
  const { undoSync } = await client.ask(UndoSync, { id });
  const end = await followRun(client, undoSync.syncRun.id);
  const { syncRun } = await client.ask(RunChanges, { id: undoSync.syncRun.id });
  console.log(`  Undo: ${describeCounts(end)}. HubSpot holds again what it held before:
${drawChanges(syncRun?.changes.nodes ?? [], contacts)}`);
}

function recordOf({ crmStatus }: Contact): string {
  return crmStatus[0]?.externalId ?? '';
}

function otherTitles(...held: readonly (string | null | undefined)[]): string[] {
  return titles.filter((title) => !held.includes(title));
}
