import { jump } from '../state/history.js';
import type { Recipe } from '../state/recipe.js';
import { currentVersion, isBusy, photograph } from '../state/state.js';
import { tasks } from '../state/tasks.js';
import { type Context, tell } from './context.js';
import { setHistory } from './pictures.js';
import { setControls } from './recipes.js';
import { start } from './runs.js';

/**
 * Makes of the photograph what a recipe made of another: all its steps, in order, each stopped where it was stopped then.
 * What has been made of it so far stays. It ends with the first step that fails or is given up.
 */
export async function runRecipe(context: Context, recipe: Recipe): Promise<void> {
  const { store } = context;
  const [first] = recipe;
  let from = photograph(store.state);
  if (first === undefined || from === null || isBusy(store.state)) return;
  if (recipe.some(({ task }) => task === 'style') && store.state.styles.length === 0) {
    store.update({ tab: 'style' });
    tell(
      context,
      'The recipe does not hold the picture whose style it takes: choose one, then run it.',
      'error',
    );
    return;
  }
  const { history } = store.state;
  // What is painted becomes the newest version; what is only looked at is looked at where it is.
  setHistory(context, jump(history, tasks[first.task].paints ? history.items.length - 1 : 0));
  for (const step of recipe) {
    setControls(context, step);
    if (!(await start(context, { from, stopAfter: step.stoppedAfter ?? null }))) return;
    from = currentVersion(store.state);
  }
}
