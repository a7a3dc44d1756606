import type { Command } from 'commander';

import { printable, printableJson } from '../../base/printable.js';
import { type Interruption, listenForStop } from './interruption.js';
import { type Counted, createProgress, type Progress } from './progress.js';

export const exitCode = { ok: 0, failed: 1, usage: 2 } as const;

/** What commands print and how they are stopped: results go to standard output, everything else to standard error. */
export interface Terminal {
  /**
   * One result: with `json`, the object on one line; otherwise the text, in one or more lines. Control characters are
   * escaped, because names from files may contain any characters.
   */
  result(value: object, text: string | readonly string[], json: boolean | undefined): void;
  /** A line on standard error. */
  say(text: string): void;
  /** An error in one line. */
  error(text: string): void;
  /** The same for one item of many: the work continues, and the exit code becomes 1. */
  fail(text: string): void;
  readonly failures: number;
  /** A progress bar on standard error; shows nothing if that is not a terminal. */
  progress(total: number, label: string, counted?: Counted): Progress;
  /** Aborts when the command is asked to stop (see `listenForStop`); the reason is an `Interruption`. */
  readonly signal: AbortSignal;
  /** Why the command was asked to stop; `null` if it was not. */
  readonly interruption: Interruption | null;
  /** Resolves when standard output is flushed, or cannot be. */
  close(): Promise<void>;
}

export function createTerminal(): Terminal {
  const bars = new Set<Progress>();
  let failures = 0;
  const say = (text: string) => process.stderr.write(`${printable(text)}\n`);
  const stopping = listenForStop(say);
  // If standard error fails, there is nowhere to report it.
  process.stderr.on('error', () => undefined);
  return {
    result: (value, text, json) => {
      const lines = typeof text === 'string' ? [text] : text;
      process.stdout.write(`${json === true ? printableJson(value) : lines.map(printable).join('\n')}\n`);
    },
    say,
    error: (text) => say(`oneiros: ${text}`),
    fail: (text) => {
      failures++;
      say(`oneiros: ${text}`);
    },
    get failures() {
      return failures;
    },
    progress: (total, label, counted = 'steps') => {
      const bar = createProgress(total, label, counted);
      bars.add(bar);
      return bar;
    },
    signal: stopping.signal,
    get interruption() {
      return stopping.interruption;
    },
    close: async () => {
      // A bar left running by a failure would keep the process alive.
      for (const bar of bars) bar.stop();
      await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
      stopping[Symbol.dispose]();
    },
  };
}

/** Adds a command's description, arguments, flags and action. A command only parses, prints and shows progress. */
export type Register = (command: Command, terminal: Terminal) => void;
