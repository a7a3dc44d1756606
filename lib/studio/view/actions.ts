import type { Context } from '../actions/context.js';
import { resume, start, stop } from '../actions/runs.js';
import { currentVersion, isBusy, modelFor } from '../state/state.js';
import { tasks } from '../state/tasks.js';
import { h, show, textButton } from './dom.js';

/** The one large button: it starts, stops and resumes. */
export function actionsView(context: Context): HTMLElement {
  const { store } = context;
  let stopping = false;
  const main = textButton('', 'primary-button', () => {
    stopping = isBusy(store.state);
    act(context);
    render();
  });
  const again = textButton('Start again', 'quiet-button', () => void start(context));
  const bar = h('div', { class: 'progress', 'aria-hidden': 'true' });
  const box = h('div', { class: 'actions' }, bar, main, again);
  const render = () => {
    const { state } = store;
    const { run, tab } = state;
    const busy = isBusy(state);
    if (!busy) stopping = false;
    const does = busy ? 'stop' : run?.status === 'stopped' && run.task === tab ? 'resume' : 'start';
    main.dataset['does'] = does;
    main.textContent = { stop: stopping ? 'Stopping …' : 'Stop', resume: 'Resume', start: tasks[tab].title }[
      does
    ];
    main.disabled =
      stopping || (does === 'start' && (currentVersion(state) === null || modelFor(state, tab) === null));
    show(again, does === 'resume');
    const share = busy || does === 'resume' ? (run?.done ?? 0) / Math.max(1, run?.total ?? 1) : 0;
    bar.style.setProperty('--share', String(share));
    bar.dataset['state'] = busy ? (share === 0 ? 'preparing' : 'running') : 'idle';
  };
  store.watch(({ run, tab, history, models, chosen }) => [run, tab, history, models, chosen], render);
  return box;
}

/** Stops a running task, resumes a stopped one, or starts a new one. */
export function act(context: Context): void {
  const { state } = context.store;
  if (isBusy(state)) stop(context);
  else if (state.run?.status === 'stopped' && state.run.task === state.tab) resume(context);
  else void start(context);
}
