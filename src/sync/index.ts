export { findDue } from './due.js';
export { createEngine, type Engine, type EngineDeps } from './engine.js';
export { meetSetback, type Remedy } from './setbacks.js';
export type { StepBudget } from './step.js';
export { createTokenSource } from './token-source.js';
