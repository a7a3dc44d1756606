import type { Context } from '../actions/context.js';
import { addModelFile } from '../actions/own-models.js';
import { addStyle, openPicture } from '../actions/pictures.js';
import { h } from './dom.js';
import { isModelFile } from './files.js';

/** Takes files that are dropped anywhere on the page, or pasted: pictures, weights and networks. */
export function takeFiles(context: Context): HTMLElement {
  const veil = h(
    'div',
    { class: 'veil', 'aria-hidden': 'true' },
    h('p', {}, 'Drop a picture, weights or an ONNX file'),
  );
  let depth = 0;
  const lift = () => {
    depth = 0;
    delete veil.dataset['on'];
  };
  document.addEventListener('dragenter', (event) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    depth++;
    veil.dataset['on'] = '';
  });
  document.addEventListener('dragleave', () => {
    if (--depth <= 0) lift();
  });
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    lift();
    const isStyle = event.target instanceof Element && event.target.closest('[data-drop=style]') !== null;
    for (const file of event.dataTransfer?.files ?? []) take(context, file, isStyle);
  });
  document.addEventListener('paste', (event) => {
    const files = event.clipboardData?.files ?? [];
    if (files.length > 0) event.preventDefault();
    for (const file of files) take(context, file, false);
  });
  return veil;
}

function take(context: Context, file: File, isStyle: boolean): void {
  if (isModelFile(file)) void addModelFile(context, file);
  else if (isStyle) void addStyle(context, file, file.name);
  else void openPicture(context, file, file.name);
}
