import { data } from '../../api/client.js';
import { latin } from '../../i18n/fold/latin.js';
import type { Kargah } from '../../tokens.js';

/** How many jobs are named; of the others it is said how many they are. */
const NAMED = 5;

/**
 * Deletes a registered model, or one version of it, for good: says first what goes and what stays, and asks for its name, or its number, as
 * proof that this one is meant. While a name points to it, it says which, and nothing is asked.
 */
export async function deleteRegistered(kargah: Kargah, name: string, version?: number): Promise<void> {
  const { api, shell, i18n } = kargah;
  const { t, format } = i18n;
  try {
    const query = version === undefined ? {} : { version };
    const { aliases, versions, jobs } = await data(
      api.http.GET('/api/v1/models/{name}/dependents', { params: { path: { name }, query } }),
    );
    const what = version === undefined ? t('reg.theModel', { x: name }) : t('reg.theVersion', { x: name, n: version });
    if (aliases.length > 0) {
      shell.toast('warning', t('reg.held', { x: what, y: format.list(aliases.map(({ alias }) => alias)) }));
      return;
    }
    const named = jobs.slice(0, NAMED).map((job) => job.name);
    if (jobs.length > NAMED) named.push(t('reg.moreJobs', { n: jobs.length - NAMED }));
    const proof = version === undefined ? name : String(version);
    const typed = await shell.prompt({
      title: t('reg.deleteTitle', { x: what }),
      label: version === undefined ? t('reg.deleteName') : t('reg.deleteNumber'),
      value: '',
      accept: t('action.delete'),
      hint: [
        ...(version === undefined ? [t('reg.goes', { n: versions })] : []),
        jobs.length === 0 ? t('reg.goesForGood') : t('reg.stays', { x: format.list(named) }),
      ].join(' '),
      check: (text) =>
        (version === undefined ? text.trim() : latin(text.trim())) === proof ? undefined : t('reg.deleteDiffers'),
    });
    if (typed === null) return;
    if (version === undefined) await data(api.http.DELETE('/api/v1/models/{name}', { params: { path: { name } } }));
    else
      await data(api.http.DELETE('/api/v1/models/{name}/versions/{version}', { params: { path: { name, version } } }));
    shell.toast('success', t('reg.deleted', { x: what }));
  } catch (reason) {
    shell.failed(reason);
  }
}
