import { OneirosError } from '../../base/errors.js';
import type { CallName, Calls, PaintCommand, Reply } from '../state/protocol.js';

/** A running call. */
export interface Running<K extends CallName> {
  readonly answer: Promise<Calls[K]['answer']>;
  send(command: PaintCommand): void;
}

/** Runs networks and tasks, in a worker, so that the page is not blocked. */
export interface Engine {
  /** `answer` rejects with the OneirosError of the worker. */
  call<K extends CallName>(
    kind: K,
    ask: Calls[K]['ask'],
    onProgress?: (progress: Calls[K]['progress']) => void,
  ): Running<K>;
}

/** The engine in a worker; each call has its own message port. */
export class WorkerEngine implements Engine {
  readonly #worker: Worker;
  readonly #failed: Promise<never>;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#failed = new Promise((_, reject) => {
      worker.onerror = ({ message }) => {
        reject(
          new OneirosError(
            'runtime',
            `the compute worker has stopped (${message || 'it could not be loaded'}): reload the page`,
          ),
        );
      };
    });
    this.#failed.catch(() => undefined);
  }

  call<K extends CallName>(
    kind: K,
    ask: Calls[K]['ask'],
    onProgress: (progress: Calls[K]['progress']) => void = () => undefined,
  ): Running<K> {
    const { port1, port2 } = new MessageChannel();
    const answered = new Promise<Calls[K]['answer']>((resolve, reject) => {
      port1.onmessage = ({ data }: MessageEvent<Reply<K>>) => {
        if (data.kind === 'progress') onProgress(data.progress);
        else {
          if (data.kind === 'answer') resolve(data.answer);
          else reject(new OneirosError(data.code, data.message));
          port1.close();
        }
      };
    });
    this.#worker.postMessage({ kind, ask }, [port2]);
    return {
      answer: Promise.race([answered, this.#failed]),
      send: (command) => port1.postMessage(command),
    };
  }
}
