// What a session is, in types only: every file of the runtime may import them.
import type { DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';

/** What ONNX Runtime can run on. In Node: cpu, cuda, webgpu, coreml, dml; in browsers: webgpu, wasm. */
export type ProviderName = 'cpu' | 'cuda' | 'webgpu' | 'wasm' | 'coreml' | 'dml';

/**
 * Where a session runs:
 * - `thread`   in a worker thread, so that the host's event loop stays free
 * - `process`  in a child process, which an abort kills in the middle of a run and whose crash is an error here, not the
 *              host's end; tensors are copied both ways, which handing them over does not change. In browsers a worker as above, which an abort ends likewise
 * - `none`     in the calling thread, which every run blocks until it is done
 */
export type Isolation = 'thread' | 'process' | 'none';

export interface SessionOptions {
  /**
   * `auto` (the default) takes the best provider that works here, in Node cuda, else cpu, in browsers webgpu (if it is
   * not a software one), else wasm; `session.provider` says which. A provider asked for by name is used or the opening
   * fails: there is no silent fall back. Single operators that a provider has no kernel for still run on the CPU, as ONNX
   * Runtime does it.
   */
  readonly provider?: 'auto' | ProviderName;
  /** @default 'thread' */
  readonly isolation?: Isolation;
  /**
   * Threads within an operator on the CPU. Browsers have one alone, but in pages that are cross-origin isolated.
   * @default one for each physical core; in browsers for half of the logical cores, at most 4
   */
  readonly threads?: number;
  /**
   * Browsers: the address of the folder that holds ONNX Runtime's `ort-wasm-*.wasm` files.
   * @default beside ONNX Runtime's own code: where the bundler put them, or `node_modules/onnxruntime-web/dist`
   */
  readonly assets?: string;
  /**
   * The model's bytes are handed over: the caller's array is empty afterwards. They are moved to a thread; a process gets
   * a copy.
   */
  readonly transfer?: boolean;
  /** Gives up the opening; it has no effect on a session that is open. */
  readonly signal?: AbortSignal;
}

export interface RunOptions {
  /** The outputs to compute. @default all */
  readonly fetches?: readonly string[];
  /**
   * The feeds are handed over: the caller's arrays are empty once the run is over. Their buffers are moved to a thread
   * instead of copied; a process gets copies. Views of a part of a buffer are copied all the same, so that nothing else is emptied with them.
   */
  readonly transfer?: boolean;
  /**
   * Ends the run by throwing the signal's reason: before it begins or once it is done, since ONNX Runtime cannot stop
   * in between. With `isolation: 'process'` at once, and the session is closed by that: open another, as networks and all
   * else that holds a session does by itself at its next run.
   */
  readonly signal?: AbortSignal;
}

/** An input or output of a model. Sizes that vary are their symbol; `?` where the model names none. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  /** Empty for a scalar, and where the model does not declare the rank. */
  readonly dims: readonly (number | string)[];
}

/**
 * A model made ready to run. It holds native memory and a thread or process until it is disposed (`await using`). One
 * that is not disposed does not keep the host from ending; but `process.exit()` in the middle of a run in a thread waits
 * for that run, since ONNX Runtime would abort the process otherwise.
 */
export interface Session extends AsyncDisposable {
  readonly provider: ProviderName;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Whether it is over: disposed, or ended by an abort or a crash of its thread or process. Every run fails then. */
  readonly closed: boolean;
  /**
   * Computes the outputs from the feeds, by name. Runs of one session queue up. The feeds stay the caller's, but must
   * not change until the promise settles; the results are the caller's own.
   * @throws OneirosError `bad-argument` for feeds that do not fit the inputs, `too-large` where memory ran out,
   *   `runtime` where ONNX Runtime failed, the signal's reason after an abort
   */
  run(feeds: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<Record<string, Tensor>>;
  /** Lets the runs asked for so far finish, then frees everything. */
  dispose(): Promise<void>;
}

/** Whether a provider works on this machine, and why not or how to get it. */
export interface ProviderStatus {
  readonly provider: ProviderName;
  readonly works: boolean;
  readonly note: string;
}

/** Where a network runs. */
export type Placement = Pick<SessionOptions, 'provider' | 'isolation' | 'threads' | 'assets'>;
