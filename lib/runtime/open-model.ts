import { optionsFor } from '../base/check-arguments.js';
import type { Model } from '../onnx/graph/graph.js';
import { modelBytes } from './host/model-bytes.js';
import { sessionKinds } from './options.js';
import { openLocated } from './session.js';
import type { Session, SessionOptions } from './types.js';

/** Opens a session on a graph. No copy of the encoded model is kept. Ignores options that are not session options. */
export async function openModel(
  model: Model,
  options: Omit<SessionOptions, 'transfer'> = {},
): Promise<Session> {
  return openLocated(await modelBytes(model), null, { ...optionsFor(sessionKinds, options), transfer: true });
}
