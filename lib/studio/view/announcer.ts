import type { Context } from '../actions/context.js';
import type { Run, State } from '../state/state.js';
import { tasks } from '../state/tasks.js';
import { h } from './dom.js';

/** Announces progress to screen readers: each quarter, and the end. */
export function announcerView({ store }: Context): HTMLElement {
  const region = h('div', { class: 'unseen', 'aria-live': 'polite' });
  store.watch(
    ({ run, analysis }) => [run?.id, run?.status, quarter(run), analysis],
    () => {
      region.textContent = sentence(store.state);
    },
  );
  return region;
}

function quarter(run: Run | null): number {
  return run === null || run.total === 0 ? 0 : Math.floor((4 * run.done) / run.total);
}

function sentence({ run, analysis }: State): string {
  if (run === null) return '';
  const { title } = tasks[run.task];
  switch (run.status) {
    case 'preparing':
      return `${title}: getting ready`;
    case 'running':
      return `${title}: ${25 * quarter(run)} percent done`;
    case 'stopped':
      return `${title}: stopped after ${run.done} of ${run.total} steps`;
    case 'done':
      return analysis?.seen.kind === run.task
        ? `${title}: the results are below the controls`
        : `${title}: done`;
  }
}
