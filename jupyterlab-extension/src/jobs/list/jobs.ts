import { data } from '../../api/client.js';
import { isActive } from '../../api/states.js';
import type { Job, JobChanged } from '../../api/types.js';
import { type KargahStore, storedList } from '../../store/store.js';
import { applyUpdate } from '../update.js';
import { Sparks } from './sparks.js';

declare module '../../store/store.js' {
  interface StoredLists {
    readonly jobs: Job;
  }
}
declare module '../../live/client.js' {
  interface LiveEvents {
    readonly job_changed: JobChanged;
  }
}

export const jobList = storedList({
  name: 'jobs',
  idOf: ({ job_id }) => job_id,
  read: (api, query) => data(api.http.GET('/api/v1/train/jobs', { params: { query } })),
  follow: (list, live, store) => {
    new Sparks(store, live, list, (jobId, update) => list.patch(jobId, (job) => applyUpdate(job, update)));
    live.event('job_changed').connect((_, { job, deleted }) => {
      if (deleted) list.remove(job.job_id);
      else list.put(job);
      // The model of a script is known only after the job's end.
      if (deleted || (!isActive(job.state) && lacksItsModel(job, store))) void store.load('models');
      if (!isActive(job.state)) void store.loadSystem();
    });
  },
  hasEnded: ({ state }) => !isActive(state),
  // The notification of a job's end names its model.
  beforeEnd: async (job, store) => {
    if (lacksItsModel(job, store)) await store.load('models');
  },
});

function lacksItsModel({ job_id, has_model }: Job, store: KargahStore): boolean {
  return (
    has_model &&
    !store
      .list('models')
      .get()
      .items.some((model) => model.job_id === job_id)
  );
}
