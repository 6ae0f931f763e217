import type { Commands, UserId } from '../commands/index.js';
import { createLoaders, type Loaders } from './loaders.js';

/** What every resolver gets: the desk, and for whom it works. */
export interface ApiContext {
  readonly commands: Commands;
  readonly userId: UserId;
  readonly loaders: Loaders;
}

export function createContext(commands: Commands, userId: UserId): ApiContext {
  return { commands, userId, loaders: createLoaders(commands, userId) };
}
