import { access, constants, stat } from 'node:fs/promises';

import { OneirosError } from '../../base/errors.js';
import type { Platform } from '../host/platform.js';
import { InlineChannel } from '../host/same-thread.js';
import type { Reply, Request } from '../protocol/messages.js';
import { packRequest } from '../protocol/packing.js';
import { nativeCall } from './native-call-lock.js';
import { ProcessChannel } from './process-channel.js';
import { createEngine } from './providers.js';
import { disableTelemetry } from './telemetry.js';
import { threadChannel } from './thread-channel.js';
import { workerUrl } from './worker-url.js';

/** The entry file of a worker with an engine. */
export const engineEntry = workerUrl('worker-entry', import.meta.url);

/** Sessions in Node, on onnxruntime-node. */
export const platform: Platform = {
  async locate(model) {
    if (model instanceof Uint8Array) return model;
    const isFile = await access(model.path, constants.R_OK)
      .then(() => stat(model.path))
      .then((found) => found.isFile())
      .catch(() => false);
    if (!isFile) throw new OneirosError('not-found', `there is no readable file at ${model.path}`);
    return model.path;
  },

  freeMemory: () => process.availableMemory(),

  connect(isolation) {
    switch (isolation) {
      case 'thread':
        return threadChannel<Request, Reply>(engineEntry, packRequest);
      case 'process':
        return new ProcessChannel<Request, Reply>(engineEntry);
      case 'none':
        disableTelemetry();
        return new InlineChannel(createEngine(), nativeCall);
    }
  },
};

/** Loads ONNX Runtime's native library, which takes a while, before a session needs it. Throws as `createEngine` does. */
export async function preloadEngine(): Promise<void> {
  disableTelemetry();
  await nativeCall(createEngine);
}
