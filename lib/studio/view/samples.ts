import type { Context } from '../actions/context.js';
import { openSample, takeSample } from '../actions/samples.js';
import { h, show } from '../dom.js';
import type { Sample } from '../samples.js';
import { photograph } from '../state.js';

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

/** What a tab's own network is good at, offered while another picture is looked at. */
export function triesView(context: Context, samples: readonly Sample[]): HTMLElement {
  const buttons = samples.map((sample) => sampleButton(context, sample));
  const box = h(
    'section',
    { class: 'tries' },
    h('h2', {}, 'Try it on'),
    h('div', { class: 'samples small' }, ...buttons),
  );
  context.store.watch(
    (state) => [state.fileName, photograph(state) !== null],
    ([fileName, isThere]) =>
      show(box, isThere && samples.length > 0 && samples.every(({ name }) => name !== fileName)),
  );
  return box;
}
