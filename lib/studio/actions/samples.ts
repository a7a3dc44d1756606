import { OneirosError } from '../../base/errors.js';
import type { Sample } from '../state/samples.js';
import { complain, type Context } from './context.js';
import { openPicture } from './pictures.js';
import { start } from './runs.js';

/** Begins anew with a sample. One that a network was made to look at is looked at, at once, on that network's tab. */
export async function openSample(context: Context, sample: Sample, file: Blob): Promise<void> {
  const { store } = context;
  const task = sample.for;
  const { models, chosen } = store.state;
  const network = models.find(({ id }) => id === sample.model);
  const isLookedAt = task !== null && network !== undefined;
  if (isLookedAt) store.update({ tab: task, chosen: { ...chosen, [task]: network.id } });
  await openPicture(context, file, sample.name);
  if (isLookedAt && store.state.fileName === sample.name) await start(context);
}

/** Fetches a sample and hands it over; says so where it is not to be had. */
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
        `the page's server has no “${sample.name}”: it answers ${response.status}`,
      );
    take(await response.blob(), sample);
  } catch (error) {
    complain(context, error);
  }
}
