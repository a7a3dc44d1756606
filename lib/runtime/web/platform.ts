import { readFileBytes } from '#files/read';
import { InlineChannel } from '../host/same-thread.js';
import type { Platform } from '../protocol.js';
import { createEngine } from './ort.js';
import { workerChannel } from './thread.js';

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
