// The worker side of a session in a thread or a child process: an engine answers requests until a close request.
import { engineService } from '../worker/engine-service.js';
import { listen } from './listen.js';
import { nativeCall } from './native-call-lock.js';
import { createEngine } from './providers.js';

listen(engineService(createEngine(), nativeCall));
