import { access, constants } from 'node:fs/promises';
import { OneirosError } from '../../errors.js';
import { InlineChannel } from '../inline.js';
import type { Platform } from '../protocol.js';
import { createEngine } from './ort.js';
import { ProcessChannel } from './process.js';
import { threadChannel } from './thread.js';

/** Sessions in Node, on onnxruntime-node. */
export const platform: Platform = {
  async checkModel(model) {
    if (model instanceof Uint8Array) return;
    await access(model.path, constants.R_OK).catch((cause: unknown) => {
      throw new OneirosError('not-found', `there is no readable model at ${model.path}`, { cause });
    });
  },

  connect(isolation) {
    switch (isolation) {
      case 'thread':
        return threadChannel();
      case 'process':
        return new ProcessChannel();
      case 'none':
        return new InlineChannel(createEngine());
    }
  },
};
