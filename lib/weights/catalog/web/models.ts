import type * as node from '#models';
import { OneirosError } from '../../../base/errors.js';

// Pages have no folder of models; the browser's cache keeps the models that they load.

export const listModels: typeof node.listModels = () => Promise.reject(unavailable('listed'));
export const verifyModel: typeof node.verifyModel = () => Promise.reject(unavailable('verified'));
export const removeModel: typeof node.removeModel = () => Promise.reject(unavailable('removed'));
export const pullModel: typeof node.pullModel = () => Promise.reject(unavailable('pulled'));

function unavailable(what: string): OneirosError {
  return new OneirosError(
    'unsupported',
    `models cannot be ${what} in browsers: load them by name with \`pull: { mirror }\`, the address of a folder that has them`,
  );
}
