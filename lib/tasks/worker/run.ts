// The worker's side: tasks whose sessions run in the same thread.
import { copy, type Size } from '../../image/image.js';
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
  let sent = photograph;
  const given = { ...options, placement, signal };
  for await (const { photograph: sized, ...state } of dreamStates(
    unpackNetwork(network),
    photograph,
    given,
  )) {
    // A copy, which can be moved.
    const image = sized === null || sized.image === sent ? null : copy(sized.image);
    yield { ...state, photograph: sized && { image, size: sizeOf(sized.size) } };
    sent = sized?.image ?? sent;
  }
}

/** A size that is nothing else: it may be that of a picture, whose memory would be moved. */
function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

async function* runStyle(
  { network, placement, content, styles, options }: StyleInput,
  signal: AbortSignal,
): AsyncGenerator<StyleStep, void> {
  const { stylize } = await import('../style/stylizer.js');
  const given = { ...options, placement, signal };
  yield* stylize(unpackNetwork(network), content, styles, given);
}
