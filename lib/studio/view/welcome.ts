import type { Context } from '../actions/context.js';
import type { Sample } from '../state/samples.js';
import { h, textButton } from './dom.js';
import { sampleButton } from './samples.js';

/** Shown before a picture is opened. */
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
      h('h2', {}, 'What do networks see in your picture?'),
      h('p', { class: 'dropping' }, 'Drop a picture here, paste one, or'),
      textButton('Choose a picture', 'primary-button', chooseFile),
    ),
    h('p', { class: 'or' }, 'or start with one of these'),
    h('div', { class: 'samples' }, ...samples.map((sample) => sampleButton(context, sample))),
  );
}
