import type { Context } from '../actions/context.js';
import { refreshThumbnails, thumbnailsKey } from '../actions/models.js';
import { openPicture } from '../actions/pictures.js';
import type { Sample } from '../state/samples.js';
import { isBusy } from '../state/state.js';
import { announcerView } from './announcer.js';
import { h } from './dom.js';
import { takeFiles } from './drop.js';
import { filePicker, pictureFiles } from './files.js';
import { headerView } from './header.js';
import { listenToKeys } from './keys.js';
import { panelView } from './panel.js';
import { stageView } from './stage.js';
import { panelId } from './tabs.js';

/** Builds the page and keeps it up to date. */
export function buildPage(context: Context, root: HTMLElement, samples: readonly Sample[]): void {
  const { input, open } = filePicker(pictureFiles, 'A picture', (file) =>
    openPicture(context, file, file.name),
  );
  root.replaceChildren(
    h('a', { class: 'skip', href: `#${panelId}` }, 'Skip to the controls'),
    headerView(context),
    h('main', {}, stageView(context, samples, open), panelView(context, samples)),
    announcerView(context),
    input,
    takeFiles(context),
  );
  listenToKeys(context, open);
  context.store.watch(
    (state) => [thumbnailsKey(state), isBusy(state), state.provider.runs],
    () => {
      // A network that is loaded before the provider is known would have to be loaded again.
      if (context.store.state.provider.runs !== null) void refreshThumbnails(context);
    },
  );
}
