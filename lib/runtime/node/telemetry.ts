import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';

const variable = 'ORT_DISABLE_TELEMETRY';

/** The environment of a process in which ONNX Runtime sends no telemetry. */
export const withoutTelemetry = { [variable]: '1' };

/**
 * ONNX Runtime matches the command line against a regular expression that takes some 300 bytes of stack for each
 * character; the 4 MiB of a worker thread are enough for 14,000 of them.
 */
const safeCommandLine = 8192;

/**
 * Keeps ONNX Runtime from sending telemetry to Microsoft, which it does on Linux from 1.30 on, and from crashing while it
 * prepares to: a long command line (some 20,000 characters) overflows its stack.
 * @throws OneirosError `unsupported` in a worker thread of the host's that cannot reach the environment of the process,
 *   where the command line is long
 */
export function disableTelemetry(): void {
  Object.assign(process.env, withoutTelemetry);
  // Only the main thread is sure to write the environment that native code reads: workers have a copy.
  if (isMainThread || process.platform !== 'linux') return;
  const { length } = readFileSync('/proc/self/cmdline');
  if (length <= safeCommandLine || own(realEnvironment(), variable) === '1') return;
  throw new OneirosError(
    'unsupported',
    `ONNX Runtime crashes in a worker thread when the command line is as long as here (${length} bytes): set ` +
      `${variable}=1 before the program starts or in its main thread, or use isolation: 'process'`,
  );
}

/** The environment of the whole process, as native code sees it. */
function realEnvironment(): Readonly<Record<string, string | undefined>> {
  const report: { readonly environmentVariables?: Readonly<Record<string, string>> } =
    process.report.getReport();
  return report.environmentVariables ?? {};
}
