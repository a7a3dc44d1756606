import { h, setAttributes, show } from './dom.js';
import { icon } from './icons.js';

/** A handle to drag over a picture: before on its left, after on its right. */
export interface Comparison {
  readonly handle: HTMLElement;
  /** Shows the handle, or hides it if there is nothing to compare. */
  readonly enable: (enabled: boolean) => void;
}

/**
 * @param frame the element to drag on; its custom property `--split` is the position of the handle, from 0 to 1
 */
export function comparison(frame: HTMLElement): Comparison {
  const handle = h(
    'div',
    { class: 'handle', role: 'slider', tabindex: 0, 'aria-label': 'Before and after' },
    h('span', { class: 'grip' }, icon('grip')),
  );
  let split = 0;
  let enabled = false;
  const place = (share: number) => {
    split = Math.min(1, Math.max(0, share));
    const percent = Math.round(100 * split);
    frame.style.setProperty('--split', String(split));
    setAttributes(handle, {
      'aria-valuemin': 0,
      'aria-valuemax': 100,
      'aria-valuenow': percent,
      'aria-valuetext': percent === 0 ? 'after' : percent === 100 ? 'before' : `${percent} % before`,
    });
  };
  const follow = ({ clientX }: PointerEvent) => {
    const { left, width } = frame.getBoundingClientRect();
    place((clientX - left) / width);
  };
  frame.onpointerdown = (event) => {
    if (!enabled || event.button !== 0) return;
    frame.setPointerCapture(event.pointerId);
    frame.dataset['dragging'] = '';
    follow(event);
    handle.focus({ preventScroll: true });
    // The browser's default would move the focus away from the handle.
    event.preventDefault();
  };
  frame.onpointermove = (event) => {
    if (frame.hasPointerCapture(event.pointerId)) follow(event);
  };
  frame.onlostpointercapture = () => {
    delete frame.dataset['dragging'];
  };
  handle.onkeydown = (event) => {
    const next = splitAfter(event, split);
    if (next === null) return;
    event.preventDefault();
    place(next);
  };
  place(0);
  return {
    handle,
    enable(wanted) {
      enabled = wanted;
      show(handle, wanted);
      if (!wanted) place(0);
    },
  };
}

function splitAfter({ key, shiftKey }: KeyboardEvent, split: number): number | null {
  const step = shiftKey ? 0.2 : 0.05;
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return split - step;
    case 'ArrowRight':
    case 'ArrowUp':
      return split + step;
    case 'PageDown':
      return split - 0.25;
    case 'PageUp':
      return split + 0.25;
    case 'Home':
      return 0;
    case 'End':
      return 1;
    default:
      return null;
  }
}
