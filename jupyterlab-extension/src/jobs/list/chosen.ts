import type { Job } from '../../api/types.js';
import { Observable } from '../../lib/observable.js';
import type { KargahStore } from '../../store/store.js';

export interface Chosen {
  readonly ids: ReadonlySet<string>;
  /** The row that was named last: from there a further choice reaches. */
  readonly anchor: string | null;
}

const NONE: Chosen = { ids: new Set(), anchor: null };
const kept = new WeakMap<KargahStore, Observable<Chosen>>();

/** The jobs that are chosen in the list: as long as the page is open, and the list is the same project's. */
export function chosenOf(store: KargahStore): Observable<Chosen> {
  const before = kept.get(store);
  if (before !== undefined) return before;
  const chosen = new Observable<Chosen>(NONE);
  kept.set(store, chosen);
  store.list('jobs').subscribe(({ items, status }) => {
    if (items.length === 0 || status !== 'ready') chosen.set(NONE);
  });
  return chosen;
}

/** Adds a job to the chosen ones or takes it out; `through`: adds all between it and the one that was named before. */
export function choose(store: KargahStore, id: string, order: readonly string[], through: boolean): void {
  chosenOf(store).update(({ ids, anchor }) => {
    const from = anchor === null ? -1 : order.indexOf(anchor);
    const to = order.indexOf(id);
    if (through && from >= 0 && to >= 0)
      return { ids: new Set([...ids, ...order.slice(Math.min(from, to), Math.max(from, to) + 1)]), anchor };
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    return { ids: next, anchor: id };
  });
}

/** Takes out a job that was deleted. */
export function unchoose(store: KargahStore, id: string): void {
  chosenOf(store).update((before) => {
    if (!before.ids.has(id)) return before;
    const ids = new Set(before.ids);
    ids.delete(id);
    return { ...before, ids };
  });
}

export function chooseNone(store: KargahStore): void {
  chosenOf(store).set(NONE);
}

/** Those of the chosen jobs that the list holds. */
export function chosenJobs(store: KargahStore): readonly Job[] {
  const { ids } = chosenOf(store).get();
  return store
    .list('jobs')
    .get()
    .items.filter(({ job_id }) => ids.has(job_id));
}
