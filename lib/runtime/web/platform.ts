import { readFileBytes } from '#files/read';
import type { Platform } from '../host/platform.js';
import { InlineChannel } from '../host/same-thread.js';
import type { Reply, Request } from '../protocol/messages.js';
import { packRequest } from '../protocol/packing.js';
import { createEngine } from './providers.js';
import { workerChannel } from './worker-channel.js';
import { workerName } from './worker-name.js';

/** Sessions in browsers, on onnxruntime-web. */
export const platform: Platform = {
  async locate(model) {
    return model instanceof Uint8Array ? model : readFileBytes(model.path);
  },

  freeMemory: () => Infinity,

  connect(isolation, assets) {
    if (isolation === 'none') return new InlineChannel(createEngine(assets));
    // Bundlers look for exactly this expression.
    const worker = new Worker(new URL('./worker-entry.js', import.meta.url), {
      type: 'module',
      name: workerName(assets),
    });
    return workerChannel<Request, Reply>(worker, { pack: packRequest, killable: isolation === 'process' });
  },
};
