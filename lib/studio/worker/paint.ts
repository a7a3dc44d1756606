import { checkedOptions } from '../../base/option-table.js';
import type { ProviderName } from '../../runtime/types.js';
import type { PictureStep } from '../../tasks/common/step.js';
import { dream } from '../../tasks/dream/dream.js';
import { dreamOptions } from '../../tasks/dream/options.js';
import { styleOptions } from '../../tasks/style/options.js';
import { style } from '../../tasks/style/style.js';
import type { PaintOrder, PictureInfo } from '../state/protocol.js';
import { Gate } from './gate.js';
import type { Networks } from './networks.js';
import { bitmapOf, type Pictures } from './pictures.js';
import type { Answered, Caller } from './port.js';

/** In bytes: the address space of 32-bit WebAssembly. */
const memoryLimit = 4e9;
/** The least time between two previews, in ms: more would not be visible, and each slows the work down. */
const previewPause = 40;

export interface WorkerContext {
  readonly networks: Networks;
  readonly pictures: Pictures;
  readonly provider: ProviderName;
}

/** Dreams or paints step by step. Commands stop, resume and end it between two steps. */
export async function paint(
  context: WorkerContext,
  order: PaintOrder,
  caller: Caller<'paint'>,
): Promise<Answered<'paint'>> {
  const gate = new Gate();
  caller.onCommand((command) => gate.command(command));
  const steps = await stepsOf(context, order, gate.signal);
  let last: PictureStep | null = null;
  let shown = -Infinity;
  try {
    for await (const step of steps) {
      last = step;
      const now = performance.now();
      const show = now - shown > previewPause;
      if (show) shown = now;
      const preview = show ? await bitmapOf(step.image) : null;
      const { done, total, part, parts, value } = step;
      const progress = { kind: 'step', done, total, part, parts, value, preview } as const;
      caller.progress(progress, preview === null ? [] : [preview]);
      if (gate.isStopped) {
        const picture = await context.pictures.keep(step.image);
        caller.progress({ kind: 'stopped', picture }, [picture.preview]);
        await gate.opened();
      }
      if (gate.signal.aborted) return { answer: null };
      if (done === order.stopAfter) break;
    }
  } catch (error) {
    if (!gate.signal.aborted) throw error;
  }
  if (last === null || gate.signal.aborted) return { answer: null };
  const picture: PictureInfo = await context.pictures.keep(last.image);
  return { answer: picture, transfer: [picture.preview] };
}

async function stepsOf(
  { networks, pictures, provider }: WorkerContext,
  { task, model, picture, styles, settings, layers }: PaintOrder,
  signal: AbortSignal,
): Promise<AsyncIterable<PictureStep>> {
  const network = await networks.features(model);
  const photograph = pictures.get(picture);
  const given = { ...layers, placement: { provider }, memoryLimit, signal };
  switch (task) {
    case 'dream':
      return dream(network, photograph, { ...checkedOptions(dreamOptions, settings), ...given });
    case 'style':
      return style(
        network,
        photograph,
        styles.map((id) => pictures.get(id)),
        { ...checkedOptions(styleOptions, settings), ...given },
      );
  }
}
