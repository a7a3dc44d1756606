// The worker side of a session in a browser: an engine answers requests until the page terminates it.
import { engineService } from '../worker/engine-service.js';
import { listen } from './listen.js';
import { createEngine } from './providers.js';
import { assetsOf } from './worker-name.js';

listen(engineService(createEngine(assetsOf(self.name))));
