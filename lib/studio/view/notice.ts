import type { Context } from '../actions/context.js';
import { h, iconButton, show, textButton } from './dom.js';
import { icon } from './icons.js';

/** How long news stay, in ms. */
const newsTime = 8000;

/** A line that says what went wrong, or what could be done; it goes when it is closed or another comes. */
export function noticeView({ store }: Context): HTMLElement {
  const dismiss = () => store.update({ notice: null });
  // Regions that announce have to be there before what they announce.
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
      // News need not be closed; what asks for something, or went wrong, does.
      if (notice.tone === 'info' && action === null) fading = window.setTimeout(dismiss, newsTime);
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
