import type { Context } from '../actions/context.js';
import { goTo, redo, savePicture, undo } from '../actions/pictures.js';
import { loadRecipe } from '../actions/recipes.js';
import { canRedo, canUndo } from '../state/history.js';
import { h, iconButton, show, squareThumb } from './dom.js';
import { filePicker } from './files.js';
import { icon } from './icons.js';

/** All versions of the picture, from the photograph on, and buttons to undo, redo, open and save. */
export function filmstripView(context: Context, chooseFile: () => void): HTMLElement {
  const { store } = context;
  const back = iconButton(icon('undo'), 'Undo', () => undo(context));
  const forth = iconButton(icon('redo'), 'Redo', () => redo(context));
  const strip = h('ol', { class: 'strip', 'aria-label': 'Versions of the picture' });
  const chooseRecipe = filePicker('image/png,.png', 'A picture whose recipe to use', (file) =>
    loadRecipe(context, file),
  );
  const save = iconButton(icon('save'), 'Save as PNG', () => void download(context));
  const box = h(
    'div',
    { class: 'film' },
    h('div', { class: 'group' }, back, forth),
    strip,
    h(
      'div',
      { class: 'group' },
      iconButton(icon('open'), 'Open another picture', chooseFile),
      iconButton(icon('recipe'), 'Use the recipe of a saved picture', chooseRecipe.open),
      save,
      chooseRecipe.input,
    ),
  );
  store.watch(
    ({ history }) => [history],
    ([history]) => {
      show(box, history.items.length > 0);
      back.disabled = !canUndo(history);
      forth.disabled = !canRedo(history);
      const buttons = history.items.map(({ picture, title }, i) => {
        const button = h(
          'button',
          { type: 'button', 'aria-label': title, title, 'aria-current': i === history.at ? 'true' : null },
          squareThumb(picture.preview, 104),
        );
        button.onclick = () => goTo(context, i);
        return h('li', {}, button);
      });
      strip.replaceChildren(...buttons);
      // scrollIntoView would scroll the page as well.
      const { offsetLeft = 0 } = buttons[history.at] ?? {};
      strip.scrollTo({ left: offsetLeft - strip.clientWidth / 2 });
    },
  );
  return box;
}

/** Saves the current picture as a download. */
export async function download(context: Context): Promise<void> {
  const saved = await savePicture(context);
  if (saved === null) return;
  const href = URL.createObjectURL(saved.file);
  h('a', { href, download: saved.name }).click();
  // The browser reads the file later, so the address must stay valid for a while.
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
