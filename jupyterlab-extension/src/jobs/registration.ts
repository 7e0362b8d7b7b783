import { data } from '../api/client.js';
import type { Kargah } from '../tokens.js';

/** How many registered names the question shows. */
const NAMED = 5;

/** What jobs of one kind are called but for their number, so that they become versions of one model. */
export function suggestedName(job: string): string {
  const name = job.replace(/[/:\p{Cc}]/gu, '-').trim();
  return name.replace(/[-_ ]+\p{Nd}+$/u, '') || name;
}

/** Registers a job's model by a name: a new model, or the next version of the one that has it. */
export async function registerModel(
  kargah: Kargah,
  { job_id, name: job }: { readonly job_id: string; readonly name: string },
): Promise<void> {
  const { t, format } = kargah.i18n;
  const known = kargah.store.list('registered').get().items;
  const name = await kargah.shell.prompt({
    title: t('reg.registerTitle', { x: job }),
    label: t('reg.name'),
    value: suggestedName(job),
    accept: t('reg.register'),
    hint:
      known.length === 0
        ? t('reg.nameHint')
        : t('reg.nameHintKnown', { x: format.list(known.slice(0, NAMED).map((one) => one.name)) }),
    check: (text) => (/[/:]/u.test(text) ? t('reg.nameRefused') : undefined),
  });
  if (name === null) return;
  try {
    const params = { path: { name } };
    const { version } = await data(
      kargah.api.http.POST('/api/v1/models/{name}/versions', { params, body: { job_id } }),
    );
    kargah.shell.toast('success', t('reg.registered', { x: name, n: version }));
    await kargah.open('model', { name });
  } catch (reason) {
    kargah.shell.failed(reason);
  }
}
