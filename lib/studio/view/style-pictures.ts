import type { Context } from '../actions/context.js';
import { addStyle, removeStyle } from '../actions/pictures.js';
import { ofTask, type Sample } from '../state/samples.js';
import { h, show, squareThumb } from './dom.js';
import { filePicker, pictureFiles } from './files.js';
import { icon } from './icons.js';
import { sampleButton } from './samples.js';

/** The style pictures: one, or several that are blended. */
export function stylePicturesView(context: Context, samples: readonly Sample[]): HTMLElement {
  const { store } = context;
  const take = (file: Blob, name: string) => addStyle(context, file, name);
  const { input, open } = filePicker(pictureFiles, 'A style picture', (file) => take(file, file.name));
  const stylesFirst = [...ofTask(samples, 'style'), ...ofTask(samples, null)];
  const list = h('ul', { class: 'style-list', 'aria-label': 'Style pictures' });
  const add = h(
    'button',
    { type: 'button', class: 'add-style' },
    icon('add'),
    h('span', {}, 'Add a picture'),
  );
  add.onclick = open;
  const offers = h(
    'div',
    { class: 'samples small' },
    ...stylesFirst.map((sample) => {
      const button = sampleButton(context, sample, take);
      button.setAttribute('aria-label', `${sample.name}: use its style`);
      return button;
    }),
  );
  const box = h(
    'section',
    { class: 'styles', 'data-drop': 'style' },
    h('h2', {}, 'Style pictures'),
    list,
    add,
    offers,
    input,
  );
  store.watch(
    ({ styles }) => [styles],
    ([styles]) => {
      list.replaceChildren(
        ...styles.map(({ picture, name }) => {
          const remove = h('button', { type: 'button', 'aria-label': `Remove ${name}`, title: name });
          remove.append(squareThumb(picture.preview, 128), h('span', { class: 'remove' }, icon('close')));
          remove.onclick = () => removeStyle(context, picture.id);
          return h('li', {}, remove);
        }),
      );
      show(list, styles.length > 0);
      show(offers, styles.length === 0);
    },
  );
  return box;
}
