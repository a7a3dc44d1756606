import type { Context } from '../actions/context.js';
import { h, iconButton, show, textButton } from './dom.js';
import { icon } from './icons.js';

/** How long messages without an action stay, in ms. */
const infoTime = 8000;

/** A line with an error or a message; it stays until it is closed or replaced. */
export function noticeView({ store }: Context): HTMLElement {
  const dismiss = () => store.update({ notice: null });
  // Screen readers announce changes only in regions that already exist.
  const polite = h('div', { role: 'status' });
  const urgent = h('div', { role: 'alert' });
  const actions = h('div', { class: 'notice-actions' });
  const box = h('div', { class: 'notice' }, polite, urgent, actions);
  let fading = 0;
  store.watch(
    ({ notice }) => [notice],
    ([notice]) => {
      box.dataset['tone'] = notice?.tone ?? 'none';
      polite.textContent = notice?.tone === 'info' ? notice.text : '';
      urgent.textContent = notice?.tone === 'error' ? notice.text : '';
      const action = notice?.action ?? null;
      actions.replaceChildren();
      clearTimeout(fading);
      if (notice === null) return;
      // Errors and messages with an action stay until they are closed.
      if (notice.tone === 'info' && action === null) fading = window.setTimeout(dismiss, infoTime);
      if (action !== null)
        actions.append(
          textButton(action.title, 'quiet-button', () => {
            dismiss();
            action.run();
          }),
        );
      actions.append(iconButton(icon('close'), 'Close this message', dismiss));
    },
  );
  show(box, true);
  return box;
}
