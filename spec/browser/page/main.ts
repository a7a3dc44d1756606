// The functions that tests call in the page: the library by its public names, and the tasks that Node runs as well.
import { entries } from '../../api/entries.js';
import * as tasks from '../tasks.js';
import * as measures from './measures.js';

declare global {
  interface Window {
    /** `oneiros`, and all entries of the package. */
    oneiros: typeof entries.index;
    entries: typeof entries;
    tasks: typeof tasks;
    measures: typeof measures;
  }
}

Object.assign(window, { oneiros: entries.index, entries, tasks, measures });
