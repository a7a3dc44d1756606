import type { Context } from '../actions/context.js';
import { openPicture } from '../actions/pictures.js';
import { complain } from '../actions/context.js';
import { h, textButton } from '../dom.js';

/** A picture that comes with the page. */
export interface Sample {
  readonly name: string;
  readonly url: string;
}

/** What is there before there is a picture. */
export function welcomeView(
  context: Context,
  samples: readonly Sample[],
  chooseFile: () => void,
): HTMLElement {
  return h(
    'div',
    { class: 'welcome' },
    h(
      'div',
      { class: 'welcome-text' },
      h('h2', {}, 'What do networks see in it?'),
      h('p', { class: 'dropping' }, 'Drop a picture here, paste one, or'),
      textButton('Choose a picture', 'primary-button', chooseFile),
    ),
    h('p', { class: 'or' }, 'or begin with one of these'),
    h(
      'div',
      { class: 'samples' },
      ...samples.map((sample) =>
        sampleButton(sample, (file, name) => openPicture(context, file, name), context),
      ),
    ),
  );
}

/** A button that fetches a sample. */
export function sampleButton(
  { name, url }: Sample,
  take: (file: Blob, name: string) => unknown,
  context: Context,
): HTMLButtonElement {
  const button = h(
    'button',
    { type: 'button', class: 'sample' },
    h('img', { src: url, alt: '', width: 96, height: 96, decoding: 'async' }),
    h('span', {}, name),
  );
  button.onclick = () =>
    void fetch(url)
      .then((response) => response.blob())
      .then((file) => take(file, name))
      .catch((error: unknown) => complain(context, error));
  return button;
}
