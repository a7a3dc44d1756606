import type { Context } from '../actions/context.js';
import type { Sample } from '../state/samples.js';
import { currentVersion, photograph, type State } from '../state/state.js';
import { tasks } from '../state/tasks.js';
import { comparison } from './compare.js';
import { curveView } from './curve.js';
import { drawBitmap, h, show } from './dom.js';
import { filmstripView } from './filmstrip.js';
import { marksView } from './marks.js';
import { noticeView } from './notice.js';
import { welcomeView } from './welcome.js';

/** The large picture: before, after, and the progress of a run. */
export function stageView(context: Context, samples: readonly Sample[], chooseFile: () => void): HTMLElement {
  const { store } = context;
  const after = h('canvas', { class: 'after', role: 'img' });
  const before = h('canvas', { class: 'before', 'aria-hidden': 'true' });
  const frame = h('div', { class: 'frame' }, after, marksView(context), before);
  const { handle, enable } = comparison(frame);
  frame.append(
    handle,
    h('span', { class: 'side side-before', 'aria-hidden': 'true' }, 'before'),
    h('span', { class: 'side side-after', 'aria-hidden': 'true' }, 'after'),
  );
  const mount = h('div', { class: 'mount' }, frame);
  const welcome = welcomeView(context, samples, chooseFile);

  store.watch(
    ({ history, opening }) => [history.items.length > 0, opening],
    ([isThere, opening]) => {
      show(welcome, !isThere);
      show(mount, isThere);
      welcome.dataset['opening'] = String(opening);
    },
  );
  store.watch(
    (state) => [shownBitmap(state), currentVersion(state), photograph(state), state.tab],
    ([bitmap, version, original, tab]) => {
      if (bitmap === null || version === null || original === null) return;
      drawBitmap(after, bitmap);
      const { preview } = original.picture;
      const isPainted = bitmap !== preview;
      const key = `${original.picture.id} ${bitmap.width} ${bitmap.height}`;
      if (isPainted && before.dataset['key'] !== key) {
        before.dataset['key'] = key;
        drawBitmap(before, preview, { width: bitmap.width, height: bitmap.height });
      }
      mount.style.setProperty('--ratio', String(bitmap.width / bitmap.height));
      // The handle would hide marks, so only tabs that paint have it.
      enable(isPainted && tasks[tab].paints);
      after.setAttribute('aria-label', describe(store.state));
    },
  );
  store.watch(
    (state) => [state.run?.status],
    ([status]) => (frame.dataset['busy'] = String(status === 'preparing')),
  );
  return h(
    'section',
    { class: 'stage', 'aria-label': 'Picture' },
    welcome,
    mount,
    h('div', { class: 'below' }, curveView(store), filmstripView(context, chooseFile)),
    noticeView(context),
  );
}

/** The preview while the picture is being painted, otherwise the current version. */
function shownBitmap(state: State): ImageBitmap | null {
  return state.run?.preview ?? currentVersion(state)?.picture.preview ?? null;
}

function describe(state: State): string {
  const version = currentVersion(state);
  const { fileName } = state;
  if (state.run?.preview) return `${fileName}, being painted`;
  return version === null ? '' : `${fileName}: ${version.title}`;
}
