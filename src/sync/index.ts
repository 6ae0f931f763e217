export { findDue } from './due.js';
export { createEngine, type Engine, type EngineDeps } from './engine.js';
export { type ListenableConnector, type ListenDeps, listenTo } from './listen.js';
export { type JournalDeps, readJournal } from './read-journal.js';
export { type ScheduleDeps, tick } from './schedule.js';
export { meetSetback, type Remedy } from './setbacks.js';
export type { StepBudget } from './step.js';
export { createTokenSource } from './token-source.js';
export { createVerifier, type Verifier, type VerifierDeps } from './verify.js';
