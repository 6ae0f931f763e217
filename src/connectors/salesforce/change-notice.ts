import { z } from 'zod';
import { idOf } from './convert.js';

/** An event, as far as we use it: what the records are now, only the API tells. */
const changeEvent = z.object({
  payload: z.object({
    ChangeEventHeader: z.object({ changeType: z.string(), recordIds: z.array(z.unknown()) }),
  }),
});
const numbered = z.object({ event: z.object({ replayId: z.number() }) });

interface EventNotice {
  readonly externalIds: readonly string[];
  readonly isGap: boolean;
  /** Null where the event names none. */
  readonly replayId: number | null;
}

/**
 * What a change event says. GAP_CREATE, GAP_UPDATE and the like lack the values but name the records; GAP_OVERFLOW
 * stands for a transaction of more than 100,000 changes, and its ids may be wildcards such as `003*` (Change Data
 * Capture guide, gap and overflow events). An event that cannot be read may have been of anything.
 */
export function noticeOf(data: unknown): EventNotice {
  const replayId = numbered.safeParse(data).data?.event.replayId ?? null;
  const parsed = changeEvent.safeParse(data);
  if (!parsed.success) return { externalIds: [], isGap: true, replayId };
  const { changeType, recordIds } = parsed.data.payload.ChangeEventHeader;
  const externalIds = recordIds.flatMap((id) => idOf(id) ?? []);
  const isGap =
    changeType === 'GAP_OVERFLOW' || externalIds.length < recordIds.length || recordIds.length === 0;
  return { externalIds, isGap, replayId };
}
