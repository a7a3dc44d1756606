// The worker's side: tasks whose sessions run in the same thread.
import { copy, type Image } from '../../image/image.js';
import type { DreamState } from '../dream/state.js';
import type { StyleStep } from '../style/descent.js';
import { unpackNetwork } from './network-data.js';
import type { DreamInput, DreamMessage, StyleInput, TaskInput, TaskStep } from './tasks.js';

/** The steps of a task. The memory of their pictures is not used again, so it can be moved. */
export function runTask(input: TaskInput, signal: AbortSignal): AsyncGenerator<TaskStep, void> {
  return input.task === 'dream' ? runDream(input, signal) : runStyle(input, signal);
}

async function* runDream(
  { network, placement, photograph, options }: DreamInput,
  signal: AbortSignal,
): AsyncGenerator<DreamMessage, void> {
  const { dreamStates } = await import('../dream/dreamer.js');
  let sent: Pick<DreamState, 'full' | 'base'> | null = null;
  const given = { ...options, placement, signal };
  for await (const { full, base, ...state } of dreamStates(unpackNetwork(network), photograph, given)) {
    yield { ...state, full: unlessSent(full, sent?.full), base: unlessSent(base, sent?.base) };
    sent = { full, base };
  }
}

async function* runStyle(
  { network, placement, content, styles, options }: StyleInput,
  signal: AbortSignal,
): AsyncGenerator<StyleStep, void> {
  const { stylize } = await import('../style/stylizer.js');
  const given = { ...options, placement, signal };
  yield* stylize(unpackNetwork(network), content, styles, given);
}

/** A copy that can be moved, unless it is the picture that was sent before. */
function unlessSent(picture: Image, before: Image | undefined): Image | null {
  return picture === before ? null : copy(picture);
}
