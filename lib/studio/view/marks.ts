import type { Context } from '../actions/context.js';
import { detectionsIn } from '../actions/pictures.js';
import type { Analysis } from '../state/protocol.js';
import { currentVersion, type State } from '../state/state.js';
import { cssColorOf } from './colors.js';
import { drawBitmap, h, show } from './dom.js';

/** The results over the picture: boxes, or a color for each class. Hidden from screen readers, which read the list. */
export function marksView({ store }: Context): HTMLElement {
  const boxes = h('div', { class: 'boxes' });
  const classes = h('canvas', { class: 'classes' });
  store.watch(
    (state) => [analysisOn(state), currentVersion(state), state.settings.detect],
    ([seen, version, settings]) => {
      boxes.replaceChildren();
      if (seen?.kind !== 'detect' || version === null) return;
      const { width, height } = version.picture;
      // `prepend` puts the highest score last, on top.
      for (const [i, { box, label, labelId, score }] of detectionsIn(seen.detections, settings).entries()) {
        const [x0, y0, x1, y1] = box;
        const mark = h(
          'div',
          { class: 'box', 'data-index': i },
          h('span', {}, label, h('small', {}, ` ${percent(score)}`)),
        );
        mark.style.cssText = `left:${(100 * x0) / width}%;top:${(100 * y0) / height}%;width:${(100 * (x1 - x0)) / width}%;height:${(100 * (y1 - y0)) / height}%;--color:${cssColorOf(labelId + 1)}`;
        mark.dataset['inside'] = String(y0 / height < 0.06);
        // The label extends to the left if there is no room on the right.
        mark.dataset['leftwards'] = String(x0 / width > 0.75);
        boxes.prepend(mark);
      }
    },
  );
  store.watch(
    (state) => [analysisOn(state)],
    ([seen]) => {
      show(classes, seen?.kind === 'segment');
      if (seen?.kind === 'segment') drawBitmap(classes, seen.overlay);
    },
  );
  store.watch(
    ({ opacity }) => [opacity],
    ([opacity]) => (classes.style.opacity = String(opacity)),
  );
  return h('div', { class: 'marks', 'aria-hidden': 'true' }, classes, boxes);
}

/** The analysis of the current picture, if its tab is open. */
export function analysisOn(state: State): Analysis | null {
  const { analysis, tab } = state;
  const isCurrent = analysis !== null && analysis.picture === currentVersion(state)?.picture.id;
  return isCurrent && analysis.seen.kind === tab ? analysis.seen : null;
}

export function percent(share: number): string {
  const value = 100 * share;
  return `${value >= 10 || value === 0 ? Math.round(value) : value.toPrecision(1)} %`;
}
