import type { State } from '../state/state.js';
import type { Store } from '../state/store.js';
import { type TaskId, taskIds, tasks } from '../state/tasks.js';
import { h } from './dom.js';

export const panelId = 'panel';

export function tabId(task: TaskId): string {
  return `tab-${task}`;
}

/** The tabs; arrow keys move between them. */
export function tabsView(store: Store<State>): HTMLElement {
  const buttons = taskIds.map((task) => {
    const button = h(
      'button',
      { type: 'button', role: 'tab', id: tabId(task), 'aria-controls': panelId },
      tasks[task].title,
    );
    button.onclick = () => store.update({ tab: task });
    return button;
  });
  const list = h('div', { role: 'tablist', class: 'tabs', 'aria-label': 'What to do' }, ...buttons);
  list.onkeydown = (event) => {
    const at = taskIds.indexOf(store.state.tab);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    const task = next === undefined ? undefined : taskIds.at(next % taskIds.length);
    if (task === undefined) return;
    event.preventDefault();
    store.update({ tab: task });
    buttons[taskIds.indexOf(task)]?.focus();
  };
  store.watch(
    ({ tab }) => [tab],
    ([tab]) => {
      for (const [i, task] of taskIds.entries()) {
        buttons[i]?.setAttribute('aria-selected', String(task === tab));
        // The Tab key stops at the list once; arrow keys move within it.
        buttons[i]?.setAttribute('tabindex', task === tab ? '0' : '-1');
      }
    },
  );
  return list;
}
