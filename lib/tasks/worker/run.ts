// The worker's side: tasks whose sessions run in the same thread.
import { type Planes, planes } from '../../image/image.js';
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
  let sent: Planes | null = null;
  const given = { ...options, placement, signal };
  for await (const { full, detail, ...state } of dreamStates(unpackNetwork(network), photograph, given)) {
    yield { ...state, detail, full: full === sent ? null : copied(full) };
    sent = full;
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

function copied<C extends number>(picture: Planes<C>): Planes<C> {
  return planes(picture.channels, picture, picture.data.slice());
}
