import type { Session, Stream } from '../connectors/index.js';
import type { Page } from '../domain/index.js';
import type { ClaimedRun, CommitPlace } from '../store/index.js';
import type { Brake } from './brakes.js';
import type { Outcome } from './pull.js';
import type { StepMeter } from './step.js';

/** A run that sends, as a step works on it. */
export interface PushWork {
  readonly claim: ClaimedRun;
  readonly streams: readonly Stream[];
  readonly session: Session;
  readonly meter: StepMeter;
  /** Calls to the CRM since it was asked last. */
  takeCalls(): number;
  commit(claim: ClaimedRun, page: Page, at: CommitPlace): Promise<ClaimedRun | null>;
  /** Stops the run until its user approves. */
  hold(claim: ClaimedRun, brake: Brake): Promise<Outcome>;
  /** Tells those who watch. */
  tell(claim: ClaimedRun): void;
}
