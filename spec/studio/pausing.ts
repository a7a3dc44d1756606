import type { Page } from 'playwright-core';

import type { Ask, CallName, PaintCommand, Reply } from '../../lib/studio/state/protocol.js';

declare global {
  interface Window {
    paintings: { pause: boolean; resume: () => void };
  }
}

/**
 * Makes temporary states of a page last until the spec has seen them, on fast and slow machines. Runs before the page's
 * scripts. Messages do not disappear by themselves, and if `paintings.pause` is set, paintings pause after their first
 * step until the page stops them or `paintings.resume` is called.
 */
export function holdStates(): void {
  const begin = window.setTimeout.bind(window);
  const longest = 1000;
  Object.assign(window, {
    setTimeout: (task: () => void, wait = 0) => (wait > longest ? 0 : begin(task, wait)),
  });
  window.paintings = { pause: false, resume: () => undefined };
  window.Worker = class extends Worker {
    override postMessage(message: Ask<CallName>, given?: StructuredSerializeOptions | Transferable[]): void {
      const transfer = Array.isArray(given) ? given : [];
      const pauses = window.paintings.pause && message.kind === 'paint';
      const paused = (item: Transferable) => (item instanceof MessagePort ? pausing(item) : item);
      super.postMessage(message, pauses ? transfer.map(paused) : transfer);
    }
  };

  /** The port of a painting that is stopped after its first step, while for the page it is still running. */
  function pausing(page: MessagePort): MessagePort {
    const { port1: worker, port2 } = new MessageChannel();
    let isKnown = false;
    let stopped: Reply<'paint'> | null = null;
    worker.onmessage = ({ data }: MessageEvent<Reply<'paint'>>) => {
      const isStop = data.kind === 'progress' && data.progress.kind === 'stopped';
      if (isStop && !isKnown) stopped = data;
      else page.postMessage(data);
    };
    page.onmessage = ({ data }: MessageEvent<PaintCommand>) => {
      isKnown = true;
      if (data !== 'stop') worker.postMessage(data);
      else if (stopped !== null) page.postMessage(stopped);
      stopped = null;
    };
    window.paintings.resume = () => {
      isKnown = true;
      worker.postMessage('resume');
    };
    worker.postMessage('stop');
    return port2;
  }
}

/** Makes paintings that start from now on pause after their first step. */
export async function pausePaintings(page: Page, pause = true): Promise<void> {
  await page.evaluate((value) => (window.paintings.pause = value), pause);
}

/** Resumes the paused painting. */
export async function resumePainting(page: Page): Promise<void> {
  await page.evaluate(() => window.paintings.resume());
}
