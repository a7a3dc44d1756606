import { optionsFor } from '../base/arguments.js';
import type { Model } from '../onnx/graph.js';
import { encodeModel } from '../onnx/write.js';
import { sessionKinds } from './options.js';
import { openSession } from './session.js';
import type { Session, SessionOptions } from './types.js';

/** Opens a session on a model that is at hand as a graph. Nobody keeps a copy of them. Options of
 * other names are the caller's own. */
export async function openModel(
  model: Model,
  options: Omit<SessionOptions, 'transfer'> = {},
): Promise<Session> {
  const bytes = encodeModel(model);
  return openSession(bytes, { ...optionsFor(sessionKinds, options), transfer: true });
}
