import type { Context } from '../actions/context.js';
import { ofTask, type Sample } from '../state/samples.js';
import { type TaskId, taskIds, tasks } from '../state/tasks.js';
import { actionsView } from './actions.js';
import { h, show } from './dom.js';
import { layerPickerView } from './layer-picker.js';
import { modelPickerView } from './model-picker.js';
import { optionsView } from './options.js';
import { recipeView } from './recipe.js';
import { resultsView } from './results.js';
import { networkSamplesView } from './samples.js';
import { stylePicturesView } from './style-pictures.js';
import { panelId, tabId } from './tabs.js';

/** The controls of the open tab. */
export function panelView(context: Context, samples: readonly Sample[]): HTMLElement {
  const pages = new Map(taskIds.map((task) => [task, pageOf(context, task, samples)]));
  const body = h(
    'div',
    { class: 'panel-body' },
    recipeView(context),
    ...pages.values(),
    resultsView(context),
  );
  const panel = h(
    'section',
    { class: 'panel', role: 'tabpanel', id: panelId, tabindex: -1 },
    body,
    actionsView(context),
  );
  context.store.watch(
    ({ tab }) => [tab],
    ([tab]) => {
      panel.setAttribute('aria-labelledby', tabId(tab));
      for (const [task, page] of pages) show(page, task === tab);
      body.scrollTo({ top: 0 });
    },
  );
  return panel;
}

function pageOf(context: Context, task: TaskId, samples: readonly Sample[]): HTMLElement {
  const { about, roles, paints } = tasks[task];
  return h(
    'div',
    { class: 'page' },
    h('p', { class: 'about' }, about),
    modelPickerView(context, task),
    task === 'style' ? stylePicturesView(context, samples) : null,
    paints ? null : networkSamplesView(context, task, ofTask(samples, task)),
    roles.length > 0 ? layerPickerView(context, task) : null,
    optionsView(context, task),
  );
}
