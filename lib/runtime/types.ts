// The types of a session; every file of the runtime may import them.
import type { FormName } from '../onnx/lowering/form-names.js';
import type { DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';

/** An execution provider of ONNX Runtime. In Node: cpu, cuda, webgpu, coreml, dml; in browsers: webgpu, wasm. */
export type ProviderName = 'cpu' | 'cuda' | 'webgpu' | 'wasm' | 'coreml' | 'dml';

/**
 * Where a session runs:
 * - `thread`   in a worker thread, so that runs do not block the host's event loop
 * - `process`  in a child process. An abort kills it in the middle of a run; its crash is an error here and does not
 *              end the host. Tensors are copied both ways, even with `transfer`. In browsers: in a worker that an abort
 *              terminates in the middle of a run
 * - `none`     in the calling thread, which every run blocks
 */
export type Isolation = 'thread' | 'process' | 'none';

export interface SessionOptions {
  /**
   * The execution provider. `auto` uses the best one that works: in Node cuda, otherwise cpu; in browsers webgpu
   * (unless it is a software implementation), otherwise wasm. `session.provider` tells which one it is. If you name a
   * provider that does not work, opening fails; there is no silent fallback. ONNX Runtime still runs single operators
   * on the CPU if the provider has no kernel for them.
   * @default 'auto'
   */
  readonly provider?: 'auto' | ProviderName;
  /**
   * Which GPU computes, counted from 0; only with the provider `cuda` or `dml`. CUDA counts the fastest first, and in the
   * order of `nvidia-smi` if the environment has CUDA_DEVICE_ORDER=PCI_BUS_ID.
   * @default 0
   */
  readonly deviceId?: number;
  /** @default 'thread' */
  readonly isolation?: Isolation;
  /**
   * Threads within an operator on the CPU, from 1 to 256. Browsers use one unless the page is cross-origin isolated.
   * @default the number of physical cores; in browsers half the number of logical cores, at most 4
   */
  readonly threads?: number;
  /**
   * The forms that operations may take to be faster on the provider, with the same results within rounding; an empty
   * list leaves the model as it is.
   * @default all
   */
  readonly lowering?: readonly FormName[];
  /**
   * Whether the elements of all feeds are finite numbers. Choices between a value and 0 may then become products with 0
   * and 1, which makes gradients faster; an infinite feed could turn a 0 into NaN.
   * @default false
   */
  readonly finiteFeeds?: boolean;
  /**
   * Only in browsers: the URL of the folder with ONNX Runtime's `ort-wasm-*.wasm` files.
   * @default the folder of ONNX Runtime's own code: where the bundler puts it, or `node_modules/onnxruntime-web/dist`
   */
  readonly assets?: string;
  /**
   * Hands over the model's bytes: the caller's array is empty afterwards. A thread receives them without a copy; a
   * process gets a copy.
   * @default false
   */
  readonly transfer?: boolean;
  /** Aborts the opening; has no effect on a session that is open. */
  readonly signal?: AbortSignal;
}

export interface RunOptions {
  /** The outputs to compute. @default all */
  readonly fetches?: readonly string[];
  /**
   * Hands over the feeds: the caller's arrays are empty after the run. A thread receives their buffers without a copy;
   * a process gets copies. Arrays that view only a part of a buffer are copied and stay, because moving the buffer
   * would also empty its other views.
   * @default false
   */
  readonly transfer?: boolean;
  /**
   * Aborts the run, which then rejects with the signal's reason: before it begins or when it is done, since ONNX
   * Runtime cannot stop in between. With `isolation: 'process'` it rejects at once and closes the session: open another
   * one. (Networks and everything else that holds a session reopen it at their next run.)
   */
  readonly signal?: AbortSignal;
}

/** An input or output of a model. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  /**
   * The shape. A size that varies is given by its symbol, or `?` if the model names none. Empty for a scalar, and if
   * the model does not declare the rank.
   */
  readonly dims: readonly (number | string)[];
}

/**
 * A model that is ready to run. It holds native memory and a thread or process until it is disposed (`await using`). A
 * session that is not disposed does not keep the host from exiting, but `process.exit()` during a run in a thread waits
 * for that run, since ONNX Runtime would otherwise abort the process.
 */
export interface Session extends AsyncDisposable {
  readonly provider: ProviderName;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Whether it is disposed, or ended by an abort or a crash of its thread or process. If so, every run fails. */
  readonly closed: boolean;
  /**
   * Computes the outputs from the feeds, by name. Runs of one session are queued. Do not change the feeds until the
   * promise settles; the results may be changed freely.
   * @throws OneirosError `bad-argument` for feeds that do not fit the inputs, `bad-input` if a result contradicts its
   *   declared shape, `too-large` if memory runs out, `runtime` if ONNX Runtime fails; the signal's reason after an
   *   abort
   */
  run(feeds: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<Record<string, Tensor>>;
  /** Waits for the queued runs, then frees everything. */
  dispose(): Promise<void>;
}

/** Whether a provider works on this machine. */
export interface ProviderStatus {
  readonly provider: ProviderName;
  readonly works: boolean;
  /** Why it does not work and how to get it; empty if it works. */
  readonly note: string;
}

/** Where a network runs. */
export type Placement = Pick<SessionOptions, 'provider' | 'deviceId' | 'isolation' | 'threads' | 'assets'>;
