import { EventEmitter } from 'node:events';
import type { MetricPoint } from './contract/training/metrics.js';
import type { Job } from './contract/training/training.js';

/** What happened, by name. */
export interface Happened {
  /** A job moved, or another thing that lists show of it changed. */
  'job.changed': { readonly projectId: string; readonly job: Job; readonly deleted: boolean };
  /** MLflow has taken these points of a job's run. */
  'job.points': { readonly jobId: string; readonly points: readonly MetricPoint[] };
  /** What is known of a job's points no longer holds: its run was deleted or restored, or points of it were refused. */
  'job.points_changed': { readonly jobId: string };
  /** A job has ended, and so has its run: MLflow has all that it logged. */
  'job.settled': { readonly jobId: string };
  /** A project is there for nobody any more; its sweeps are to stop. */
  'project.deleted': { readonly projectId: string };
}
type Listener<Name extends keyof Happened> = (event: Happened[Name]) => void;

/**
 * Tells within this process what happened, in the order in which it did, to whoever listens at that moment. Nothing is kept: what
 * must outlive the bridge is a row, written in the transaction of what happened.
 */
export class Events {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  /** @param failed is told of a listener that threw; the others hear of the event all the same */
  constructor(private readonly failed: (error: unknown, name: keyof Happened) => void) {}

  /** From now on `listener` hears of it; answers how to stop. */
  on<Name extends keyof Happened>(name: Name, listener: Listener<Name>): () => void {
    const heard = (event: Happened[Name]): void => {
      try {
        listener(event);
      } catch (error) {
        this.failed(error, name);
      }
    };
    this.#emitter.on(name, heard);
    return () => void this.#emitter.off(name, heard);
  }

  emit<Name extends keyof Happened>(name: Name, event: Happened[Name]): void {
    this.#emitter.emit(name, event);
  }
}
