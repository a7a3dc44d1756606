import type { NamedOverrides } from '../autodiff/named-rules.js';
import type { GradOptions } from '../autodiff/options.js';
import type { RuleOverrides } from '../autodiff/rule-choice.js';
import { optionsFor } from '../base/check-arguments.js';
import type { Model } from '../onnx/graph/graph.js';
import { modelBytes } from './host/model-bytes.js';
import { openModel } from './open-model.js';
import { sessionKinds } from './options.js';
import { openLocated } from './session.js';
import type { Session, SessionOptions } from './types.js';

/**
 * Opens a session on the gradient of a graph, for finite feeds. The gradient is derived where the session runs, except with the caller's
 * own rules: they are functions and cannot be sent, so the gradient is derived in the calling thread.
 * @throws OneirosError as `grad` and `openSession` do
 */
export async function openGradient(
  model: Model,
  gradient: GradOptions,
  options: Omit<SessionOptions, 'transfer' | 'finiteFeeds'> = {},
): Promise<Session> {
  const session = { ...optionsFor(sessionKinds, options), finiteFeeds: true };
  const overrides = await named(gradient.overrides);
  if (overrides === null) {
    const { grad } = await import('../autodiff/grad.js');
    return openModel(grad(model, gradient), session);
  }
  return openLocated(await modelBytes(model), { ...gradient, overrides }, { ...session, transfer: true });
}

async function named(overrides: RuleOverrides | undefined): Promise<NamedOverrides | null> {
  if (overrides === undefined) return { operators: {}, nodes: {} };
  const { nameOverrides } = await import('../autodiff/named-rules.js');
  return nameOverrides(overrides);
}
