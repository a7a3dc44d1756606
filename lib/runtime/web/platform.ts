import { readFileBytes } from '#files/read';
import type { Platform } from '../host/platform.js';
import { InlineChannel } from '../host/same-thread.js';
import { createEngine } from './engine.js';
import { workerChannel } from './worker-channel.js';

/** Sessions in browsers, on onnxruntime-web. */
export const platform: Platform = {
  async locate(model) {
    return model instanceof Uint8Array ? model : readFileBytes(model.path);
  },

  freeMemory: () => Infinity,

  connect(isolation, assets) {
    if (isolation === 'none') return new InlineChannel(createEngine(assets));
    return workerChannel(assets, isolation === 'process');
  },
};
