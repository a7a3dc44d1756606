import { OneirosError } from '../../base/errors.js';
import type { Sample } from '../state/samples.js';
import { type Context, showError } from './context.js';
import { openPicture } from './pictures.js';
import { start } from './runs.js';

/** Starts again with a sample. If it belongs to a network, opens that network's tab and runs its task. */
export async function openSample(context: Context, sample: Sample, file: Blob): Promise<void> {
  const { store } = context;
  const task = sample.for;
  const { models, chosen } = store.state;
  const network = models.find(({ id }) => id === sample.model);
  const isForNetwork = task !== null && network !== undefined;
  if (isForNetwork) store.update({ tab: task, chosen: { ...chosen, [task]: network.id } });
  await openPicture(context, file, sample.name);
  if (isForNetwork && store.state.fileName === sample.name) await start(context);
}

/** Fetches a sample and passes it to `take`; if that fails, shows an error. */
export async function takeSample(
  context: Context,
  sample: Sample,
  take: (file: Blob, sample: Sample) => unknown,
): Promise<void> {
  try {
    const response = await fetch(sample.url);
    if (!response.ok)
      throw new OneirosError(
        'not-found',
        `the page's server has no “${sample.name}” (HTTP ${response.status})`,
      );
    take(await response.blob(), sample);
  } catch (error) {
    showError(context, error);
  }
}
