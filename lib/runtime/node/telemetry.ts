import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';

const variable = 'ORT_DISABLE_TELEMETRY';

/** The environment of a process in which ONNX Runtime sends no telemetry. */
export const withoutTelemetry = { [variable]: '1' };

/**
 * In bytes. ONNX Runtime matches the command line against a regular expression, which uses about 300 bytes of stack per
 * character; the 4 MiB stack of a worker thread is enough for about 14,000 characters.
 */
const safeCommandLine = 8192;

/**
 * Keeps ONNX Runtime from sending telemetry to Microsoft, which it does on Linux since 1.30, and from crashing while it
 * prepares to do so: a long command line (about 20,000 characters) overflows its stack.
 * @throws OneirosError `unsupported` if the command line is long and this is a worker thread, which cannot change the
 *   environment of the process
 */
export function disableTelemetry(): void {
  Object.assign(process.env, withoutTelemetry);
  // Native code reads the environment of the process. Workers usually have a copy; only the main thread surely changes
  // it.
  if (isMainThread || process.platform !== 'linux') return;
  const { length } = readFileSync('/proc/self/cmdline');
  if (length <= safeCommandLine || own(realEnvironment(), variable) === '1') return;
  throw new OneirosError(
    'unsupported',
    `ONNX Runtime crashes in a worker thread if the command line is this long (${length} bytes): set ` +
      `${variable}=1 before the program starts or in its main thread, or use isolation: 'process'`,
  );
}

/** The environment of the whole process, as native code sees it. */
function realEnvironment(): Readonly<Record<string, string | undefined>> {
  const report: { readonly environmentVariables?: Readonly<Record<string, string>> } =
    process.report.getReport();
  return report.environmentVariables ?? {};
}
