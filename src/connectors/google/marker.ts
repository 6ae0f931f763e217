import { z } from 'zod';

const markerKey = 'crm-sync';

/** What a new contact carries, so that it is known again: the id of the write that made it. */
export function markOf(writeId: string): readonly { readonly key: string; readonly value: string }[] {
  return [{ key: markerKey, value: writeId }];
}

const marked = z.object({ clientData: z.array(z.unknown()) });
const entry = z.object({ key: z.literal(markerKey), value: z.string().min(1).max(64) });

/** The markers of ours that a person carries: of one who was merged perhaps several. */
export function markersOf(person: unknown): string[] {
  const parsed = marked.safeParse(person);
  const entries = parsed.success ? parsed.data.clientData : [];
  return entries.flatMap((it) => entry.safeParse(it).data?.value ?? []);
}
