import type { NamedOverrides } from '../autodiff/named-rules.js';
import type { GradOptions } from '../autodiff/options.js';
import type { RuleOverrides } from '../autodiff/rule-choice.js';
import { optionsFor } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import type { Model } from '../onnx/graph/graph.js';
import type { MemoryPlan } from '../onnx/memory-plan.js';
import { modelBytes } from './host/model-bytes.js';
import type { PlannedSession } from './host/remote-session.js';
import { openModel } from './open-model.js';
import { sessionKinds } from './options.js';
import type { GradientRequest } from './protocol/messages.js';
import { openLocated } from './session.js';
import type { Session, SessionOptions } from './types.js';

/**
 * Opens a session on the gradient of a graph, for finite feeds. The gradient is derived where the session runs, except
 * with the caller's own rules: they are functions and cannot be sent, so it is derived in the calling thread.
 * @throws OneirosError as `grad` and `openSession` do
 */
export async function openGradient(
  model: Model,
  gradient: GradOptions,
  options: Omit<SessionOptions, 'transfer' | 'finiteFeeds'> = {},
): Promise<Session> {
  const overrides = await named(gradient.overrides);
  if (overrides === null) {
    const { grad } = await import('../autodiff/grad.js');
    return openModel(grad(model, gradient), { ...options, finiteFeeds: true });
  }
  return openNamed(model, { ...gradient, overrides, withPlan: false }, options);
}

/** The same with the plan of its memory, for the rules of this library. */
export async function openPlannedGradient(
  model: Model,
  gradient: Omit<GradOptions, 'overrides'>,
  options: Omit<SessionOptions, 'transfer' | 'finiteFeeds'>,
): Promise<{ readonly session: Session; readonly plan: MemoryPlan }> {
  const session = await openNamed(model, { ...gradient, overrides: none, withPlan: true }, options);
  if (session.plan === null) throw new OneirosError('runtime', 'the engine did not plan the memory');
  return { session, plan: session.plan };
}

async function openNamed(
  model: Model,
  gradient: GradientRequest,
  options: Omit<SessionOptions, 'transfer' | 'finiteFeeds'>,
): Promise<PlannedSession> {
  const settings = { ...optionsFor(sessionKinds, options), finiteFeeds: true, transfer: true };
  return openLocated(await modelBytes(model), gradient, settings);
}

const none: NamedOverrides = { operators: {}, nodes: {} };

async function named(overrides: RuleOverrides | undefined): Promise<NamedOverrides | null> {
  if (overrides === undefined) return none;
  const { nameOverrides } = await import('../autodiff/named-rules.js');
  return nameOverrides(overrides);
}
