// What the tests call in the page: the library by its public names, and the tasks that Node runs as well.
import * as oneiros from '../../../lib/browser.js';
import * as tasks from '../tasks.js';
import * as measures from './measures.js';

declare global {
  interface Window {
    oneiros: typeof oneiros;
    tasks: typeof tasks;
    measures: typeof measures;
  }
}

Object.assign(window, { oneiros, tasks, measures });
