import { messageOf, OneirosError } from '../../base/errors.js';
import type { Ask, CallName, Calls, PaintCommand, Reply } from '../state/protocol.js';

/** The connection back to the caller. */
export interface Caller<K extends CallName> {
  progress(progress: Calls[K]['progress'], transfer?: readonly Transferable[]): void;
  onCommand(listener: (command: PaintCommand) => void): void;
}

export interface Answered<K extends CallName> {
  readonly answer: Calls[K]['answer'];
  readonly transfer?: readonly Transferable[];
}

/** The handler of each kind of call. */
export type Handlers = {
  readonly [K in CallName]: (ask: Calls[K]['ask'], caller: Caller<K>) => Promise<Answered<K>>;
};

/** Answers one call through its port; an error is a reply as well. */
export async function respond<K extends CallName>(
  handlers: Handlers,
  { kind, ask }: Ask<K>,
  port: MessagePort,
): Promise<void> {
  const send = (reply: Reply<K>, transfer: readonly Transferable[] = []) =>
    port.postMessage(reply, [...transfer]);
  const caller: Caller<K> = {
    progress: (progress, transfer) => send({ kind: 'progress', progress }, transfer),
    onCommand: (listener) => {
      port.onmessage = ({ data }: MessageEvent<PaintCommand>) => listener(data);
    },
  };
  try {
    const { answer, transfer } = await handlers[kind](ask, caller);
    send({ kind: 'answer', answer }, transfer);
  } catch (error) {
    const code = error instanceof OneirosError ? error.code : 'runtime';
    send({ kind: 'failed', code, message: messageOf(error) });
  }
}
