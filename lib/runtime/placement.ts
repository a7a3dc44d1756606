import type { SessionOptions } from './host/session.js';

/** Where a network runs. */
export type Placement = Pick<SessionOptions, 'provider' | 'isolation' | 'threads' | 'assets'>;
