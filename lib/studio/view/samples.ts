import type { Context } from '../actions/context.js';
import { openSample, takeSample } from '../actions/samples.js';
import type { Sample } from '../state/samples.js';
import { photograph } from '../state/state.js';
import type { TaskId } from '../state/tasks.js';
import { h, show } from './dom.js';

/** A button that fetches a sample. */
export function sampleButton(
  context: Context,
  sample: Sample,
  take: (file: Blob, name: string) => unknown = (file) => openSample(context, sample, file),
): HTMLButtonElement {
  const button = h(
    'button',
    { type: 'button', class: 'sample' },
    h('img', { src: sample.url, alt: '', width: 96, height: 96, decoding: 'async' }),
    h('span', {}, sample.name),
  );
  button.onclick = () => void takeSample(context, sample, (file) => take(file, sample.name));
  return button;
}

/** Offers samples that fit a tab's network, while another picture is open. */
export function networkSamplesView(context: Context, task: TaskId, samples: readonly Sample[]): HTMLElement {
  const buttons = samples.map((sample) => ({ sample, button: sampleButton(context, sample) }));
  const box = h(
    'section',
    { class: 'tries' },
    h('h2', {}, 'Try it on'),
    h('div', { class: 'samples small' }, ...buttons.map(({ button }) => button)),
  );
  context.store.watch(
    (state) => [state.fileName, photograph(state) !== null, state.chosen[task]],
    ([fileName, isThere, network]) => {
      const offered = buttons.filter(({ sample: { name, model }, button }) => {
        show(button, name !== fileName && model === network);
        return !button.hidden;
      });
      show(box, isThere && offered.length > 0);
    },
  );
  return box;
}
