import { JOB_STATES, type JobState } from '../../contract/training/training.js';

/** The one table of allowed changes. `starting → queued` is a launch that could not be made yet (MLflow away, bridge restarted). */
const TRANSITIONS: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: ['starting', 'stopped', 'failed'],
  starting: ['queued', 'running', 'stopping', 'succeeded', 'failed', 'stopped', 'lost'],
  running: ['stopping', 'succeeded', 'failed', 'stopped', 'lost'],
  stopping: ['succeeded', 'failed', 'stopped', 'lost'],
  succeeded: [],
  failed: [],
  stopped: [],
  lost: [],
};

export type TerminalState = 'succeeded' | 'failed' | 'stopped' | 'lost';

/** States that hold a slot of the queue: a process exists or is about to. */
export const OCCUPYING: readonly JobState[] = ['starting', 'running', 'stopping'];
export const TERMINAL: readonly JobState[] = JOB_STATES.filter((state) => TRANSITIONS[state].length === 0);

export function isTerminal(state: JobState): state is TerminalState {
  return TERMINAL.includes(state);
}

/** The states from which a job may come to `to`. */
export function sourcesOf(to: JobState): JobState[] {
  return JOB_STATES.filter((from) => TRANSITIONS[from].includes(to));
}
