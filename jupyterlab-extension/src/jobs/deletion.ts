import { data } from '../api/client.js';
import type { Job } from '../api/types.js';
import type { KargahStore } from '../store/store.js';
import type { Kargah } from '../tokens.js';
import { told } from './actions.js';
import { unchoose } from './list/chosen.js';

/** How many jobs one request names. */
const AT_ONCE = 500;
/**
 * What was deleted here and could be taken back, the last at the end: as long as the page is open, and is the same person's in the same
 * project.
 */
const undoable = new WeakMap<KargahStore, { readonly of: string; readonly stack: string[][] }>();

function placeOf({ api }: Kargah): string {
  const session = api.session.state.get();
  return JSON.stringify([session.status === 'signed_in' ? session.user.user_id : null, api.project.get()]);
}

function stackOf(kargah: Kargah): string[][] {
  const of = placeOf(kargah);
  const kept = undoable.get(kargah.store);
  if (kept?.of === of) return kept.stack;
  const stack: string[][] = [];
  undoable.set(kargah.store, { of, stack });
  return stack;
}

/** Deletes ended jobs without a question, since that can be taken back: by the notice, by Ctrl+Z in the list, from the deleted jobs. */
export function deleteJobs(kargah: Kargah, jobs: readonly Job[]): Promise<void> {
  const { api, i18n, shell, store } = kargah;
  return told(kargah, async () => {
    const deleted: string[] = [];
    const place = placeOf(kargah);
    const stack = stackOf(kargah);
    let refused = 0;
    for (let at = 0; at < jobs.length; at += AT_ONCE) {
      const job_ids = jobs.slice(at, at + AT_ONCE).map(({ job_id }) => job_id);
      const answer = await data(api.http.POST('/api/v1/train/jobs/delete', { body: { job_ids } }));
      for (const id of answer.deleted) {
        store.list('jobs').remove(id);
        unchoose(store, id);
      }
      // At once: a later request may fail, and what is deleted by then can be taken back all the same.
      if (!stack.includes(deleted)) stack.push(deleted);
      deleted.push(...answer.deleted);
      refused += answer.refused.length;
    }
    const [only] = jobs;
    const said =
      jobs.length === 1 && only !== undefined
        ? i18n.t('done.deleted', { x: only.name })
        : i18n.t('chosen.deleted', { n: deleted.length });
    const text = refused === 0 ? said : `${said} ${i18n.t('chosen.refused', { n: refused })}`;
    shell.toast('success', text, [
      { label: i18n.t('chosen.undo'), lasting: true, run: () => void restoreJobs(kargah, deleted, place) },
    ]);
  });
}

/** Takes back the deletion of these jobs, which was done in the list of that place. */
export function restoreJobs(kargah: Kargah, job_ids: readonly string[], place = placeOf(kargah)): Promise<void> {
  const { api, i18n, shell, store } = kargah;
  return told(kargah, async () => {
    const stack = stackOf(kargah);
    const at = stack.findIndex((one) => one.some((id) => job_ids.includes(id)));
    if (at >= 0) stack.splice(at, 1);
    let restored = 0;
    for (let from = 0; from < job_ids.length; from += AT_ONCE) {
      const body = { job_ids: job_ids.slice(from, from + AT_ONCE) };
      const answer = await data(api.http.POST('/api/v1/train/jobs/restore', { body }));
      // A notice outlasts a change of project, in whose list they do not stand.
      if (placeOf(kargah) === place) for (const job of answer.restored) store.list('jobs').add(job);
      restored += answer.restored.length;
    }
    // Their models are back too.
    void store.load('models');
    shell.toast('success', i18n.t('chosen.restored', { n: restored }));
  });
}

/** Takes back what was deleted last, then what before it. */
export async function undoDeletion(kargah: Kargah): Promise<void> {
  const last = stackOf(kargah).at(-1);
  if (last !== undefined) await restoreJobs(kargah, last);
}
