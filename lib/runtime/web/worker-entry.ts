// The worker's side of a session in a browser: an engine answers requests until the page ends it.
import type { Reply, Request } from '../protocol/messages.js';
import { packReply } from '../protocol/packing.js';
import { createEngine } from './engine.js';
import { listen } from './listen.js';
import { assetsOf } from './worker-name.js';

const engine = createEngine(assetsOf(self.name));

listen<Request, Reply>(async (request) => (await engine).answer(request), packReply);
