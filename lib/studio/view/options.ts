import { own } from '../../base/own.js';
import type { Context } from '../actions/context.js';
import { optionsOf, type TaskId, tasks } from '../state/tasks.js';
import { controlFor } from './controls.js';
import { h, show } from './dom.js';

/** The controls of a task: the important ones first, the others folded away. */
export function optionsView({ store }: Context, task: TaskId): HTMLElement {
  const { first } = tasks[task];
  const change = (name: string) => (value: number | string | boolean) => {
    const { settings } = store.state;
    store.update({ settings: { ...settings, [task]: { ...settings[task], [name]: value } } });
  };
  const controls = optionsOf(task).map(([name, option]) => ({
    name,
    ...controlFor(name, option, change(name)),
  }));
  const place = (name: string) => first.indexOf(name);
  const [front, back] = [
    controls.filter(({ name }) => place(name) >= 0).sort((a, b) => place(a.name) - place(b.name)),
    controls.filter(({ name }) => place(name) < 0),
  ];
  const more = h(
    'details',
    { class: 'more' },
    h('summary', {}, 'More options'),
    h('div', { class: 'controls' }, ...back.map(({ element }) => element)),
  );
  show(more, back.length > 0);
  store.watch(
    ({ settings }) => [settings[task]],
    ([settings]) => {
      for (const { name, set } of controls) {
        const value = own(settings, name);
        if (value !== undefined) set(value);
      }
    },
  );
  return h(
    'div',
    { class: 'options' },
    h('div', { class: 'controls' }, ...front.map(({ element }) => element)),
    more,
  );
}
