import { deferred } from '../components/deferred.js';
import { type Feature, textOf } from '../features/feature.js';
import { chosenOf } from '../jobs/list/chosen.js';
import { compareMessages } from './messages.js';

type Messages = typeof compareMessages;
declare module '../i18n/messages.js' {
  interface Texts extends Messages {}
}
declare module '../tokens.js' {
  interface PageArgs {
    /** Ids of jobs, parted by commas. */
    readonly compare: { readonly jobs: string };
  }
}

const ComparePage = deferred(() => import(/* webpackChunkName: "compare" */ './ComparePage.js'));

const MOST_JOBS = 1000;

/** One tab for each set of jobs; their ids together would be too long a name. */
function tabOf(jobs: string): string {
  let [a, b] = [0x811c9dc5, 5381];
  for (let at = 0; at < jobs.length; at += 1) {
    a = Math.imul(a ^ jobs.charCodeAt(at), 0x01000193) >>> 0;
    b = (Math.imul(b, 33) + jobs.charCodeAt(at)) >>> 0;
  }
  return `compare-${a.toString(36)}${b.toString(36)}`;
}

export const compare: Feature = {
  id: 'compare',
  messages: compareMessages,
  pages: [
    {
      name: 'compare',
      command: 'kargah:open-comparison',
      label: 'compare.title',
      read: (args) => {
        const ids = (textOf(args, 'jobs') ?? '').split(',').filter((id) => /^job_[0-9a-z]{6,32}$/.test(id));
        // The same jobs are the same page, in whichever order they were chosen.
        const jobs = [...new Set(ids)].sort().slice(0, MOST_JOBS);
        return jobs.length === 0 ? undefined : { jobs: jobs.join(',') };
      },
      tab: ({ jobs }) => tabOf(jobs),
      look: ({ i18n }, { jobs }) => ({ name: i18n.t('compare.tab', { n: jobs.split(',').length }), icon: 'prom' }),
      lists: [],
      content: ({ jobs }) => <ComparePage jobIds={jobs} view={tabOf(jobs)} />,
    },
  ],
  commands: [
    {
      id: 'kargah:compare-jobs',
      label: 'compare.command',
      icon: 'prom',
      palette: true,
      enabled: ({ store }) => chosenOf(store).get().ids.size > 1,
      execute: async (kargah) => {
        const { ids } = chosenOf(kargah.store).get();
        if (ids.size > 1) await kargah.open('compare', { jobs: [...ids].join(',') });
      },
    },
  ],
};
