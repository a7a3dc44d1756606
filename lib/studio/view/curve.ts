import { curveOf } from '../state/curve-lines.js';
import { providerTitle, type Run, type State } from '../state/state.js';
import type { Store } from '../state/store.js';
import { tasks } from '../state/tasks.js';
import { h, setAttributes, show, svg } from './dom.js';

const [width, height] = [600, 48];

/** The progress of a run: the objective or the loss as a curve, and the steps done. */
export function curveView(store: Store<State>): HTMLElement {
  const where = h('span', { class: 'where' });
  const on = h('span', { class: 'on' });
  const value = h('span', { class: 'value' });
  const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img' });
  const box = h('div', { class: 'curve' }, h('div', { class: 'curve-text' }, where, on, value), picture);
  store.watch(
    ({ run, tab }) => [run, tab],
    ([run, tab]) => {
      // A finished run is shown only on its tab, an unfinished one on all tabs.
      const isShown = run !== null && tasks[run.task].paints && (run.status !== 'done' || run.task === tab);
      show(box, isShown);
      if (!isShown) return;
      where.textContent = place(run);
      on.textContent = run.provider === null ? '' : `on ${providerTitle(run.provider)}`;
      value.textContent = lastValue(run);
      draw(picture, run);
    },
  );
  return box;
}

function draw(picture: SVGSVGElement, run: Run): void {
  const { lines, bounds, tip } = curveOf(run.points, Math.max(run.total, run.points.length), width, height);
  const line = (d: string) => svg('path', { d, class: 'line' });
  picture.replaceChildren(
    ...bounds.map((x) => svg('path', { d: `M${x} 0V${height}`, class: 'bound' })),
    ...lines.map(line),
    // A line of length 0 with round ends stays a round dot when the picture is stretched.
    ...(tip === null ? [] : [svg('path', { d: `M${tip.x} ${tip.y}h0`, class: 'tip' })]),
  );
  setAttributes(picture, { 'aria-label': describe(run) });
}

function place({ status, task, done, total, part, parts }: Run): string {
  if (status === 'preparing') return 'Getting ready …';
  if (total === 0) return '';
  const name = task === 'dream' ? 'octave' : 'size';
  const stopped = status === 'stopped' ? 'Stopped: ' : '';
  const text = `${name} ${part} of ${parts}, step ${done} of ${total}`;
  return stopped === '' ? text.charAt(0).toUpperCase() + text.slice(1) : stopped + text;
}

function nameOf({ task }: Run): string {
  return task === 'dream' ? 'objective' : 'loss';
}

function lastValue(run: Run): string {
  const last = run.points.at(-1);
  return last === undefined ? '' : `${nameOf(run)} ${short(last.value)}`;
}

function describe(run: Run): string {
  const [first, last] = [run.points[0], run.points.at(-1)];
  if (first === undefined || last === undefined) return `The ${nameOf(run)}, step by step`;
  return `The ${nameOf(run)}, step by step: from ${short(first.value)} to ${short(last.value)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
