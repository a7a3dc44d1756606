import type { Detection } from '../../networks/detector/detector.js';
import type { Context } from '../actions/context.js';
import { detectionsIn } from '../actions/pictures.js';
import type { Analysis, ClassShare } from '../state/protocol.js';
import { cssColorOf } from './colors.js';
import { freshId, h, show } from './dom.js';
import { analysisOn, percent } from './marks.js';

/** The results of an analysis as a list. */
export function resultsView(context: Context): HTMLElement {
  const { store } = context;
  const box = h('section', { class: 'results', 'aria-label': 'Results' });
  const opacity = opacityControl(context);
  store.watch(
    (state) => [analysisOn(state), state.settings.detect],
    ([seen]) => {
      show(box, seen !== null);
      if (seen !== null)
        box.replaceChildren(...resultOf(seen, context), ...(seen.kind === 'segment' ? [opacity] : []));
    },
  );
  return box;
}

function resultOf(seen: Analysis, context: Context): readonly HTMLElement[] {
  switch (seen.kind) {
    case 'detect': {
      const { detections } = seen;
      const found = detectionsIn(detections, context.store.state.settings.detect);
      const count =
        found.length === 0 ? 'Nothing found' : found.length === 1 ? 'One found' : `${found.length} found`;
      const less =
        found.length === 0 && detections.length > 0
          ? h('p', { class: 'muted' }, 'A lower score shows more.')
          : null;
      const tally = tallyOf(found);
      return [
        h('h2', {}, count),
        ...(less === null ? [] : [less]),
        ...(tally === '' ? [] : [h('p', { class: 'muted' }, tally)]),
        h(
          'ol',
          { class: 'bars' },
          ...found.map(({ label, labelId, score }, i) =>
            highlighting(bar(label, score, cssColorOf(labelId + 1)), i),
          ),
        ),
      ];
    }
    case 'segment':
      return [h('h2', {}, 'Share of each class'), h('ul', { class: 'bars' }, ...seen.classes.map(shareBar))];
    case 'classify':
      return [
        h('h2', {}, 'It looks like'),
        h(
          'ol',
          { class: 'bars' },
          ...seen.labels.map(({ name, probability }) => bar(name, probability, null)),
        ),
      ];
  }
}

/** “13 × RBC, 4 × Platelets”: the number of each class; empty for fewer than four detections. */
function tallyOf(found: readonly Detection[]): string {
  const counts = new Map<string, number>();
  for (const { label } of found) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (found.length < 4) return '';
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([label, count]) => `${count} × ${label}`)
    .join(', ');
}

function shareBar({ name, fraction, color }: ClassShare): HTMLElement {
  return bar(name, fraction, color ?? 'var(--line)');
}

function bar(name: string, share: number, color: string | null): HTMLElement {
  const item = h('li', {}, h('span', { class: 'name' }, name), h('span', { class: 'share' }, percent(share)));
  item.style.setProperty('--share', String(share));
  if (color !== null) item.style.setProperty('--color', color);
  return item;
}

/** Pointing at a detection in the list shows only its box. */
function highlighting(item: HTMLElement, index: number): HTMLElement {
  const set = (on: boolean) => {
    const boxes = document.querySelector('.boxes');
    boxes?.toggleAttribute('data-some', on);
    boxes?.querySelector(`[data-index="${index}"]`)?.toggleAttribute('data-on', on);
  };
  item.onpointerenter = () => set(true);
  item.onpointerleave = () => set(false);
  return item;
}

function opacityControl({ store }: Context): HTMLElement {
  const id = freshId('opacity');
  const slider = h('input', { id, type: 'range', min: 0, max: 100, value: 100 * store.state.opacity });
  slider.style.setProperty('--fill', String(store.state.opacity));
  slider.oninput = () => {
    const opacity = slider.valueAsNumber / 100;
    slider.style.setProperty('--fill', String(opacity));
    store.update({ opacity });
  };
  return h('div', { class: 'control number' }, h('label', { for: id }, 'Opacity of the colors'), slider);
}
