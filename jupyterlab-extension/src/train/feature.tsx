import { deferred } from '../components/deferred.js';
import { type Feature, textOf } from '../features/feature.js';

declare module '../tokens.js' {
  interface PageArgs {
    readonly 'new-job': {
      readonly dataset_id?: string | undefined;
      /** Already chosen; else the one that fits the dataset. */
      readonly recipe?: string | undefined;
      /** A job whose settings the form starts from. */
      readonly clone_of?: string | undefined;
      /** A script of the person's own, by its path below JupyterLab's folder. */
      readonly script?: string | undefined;
    };
  }
}

const NewJobPage = deferred(() => import(/* webpackChunkName: "training" */ './NewJobPage.js'));
export const NEW_JOB = 'kargah:new-job';
let forms = 0;

export const train: Feature = {
  id: 'train',
  pages: [
    {
      name: 'new-job',
      command: NEW_JOB,
      label: 'panel.newJob',
      icon: 'add',
      palette: true,
      read: (args) => ({
        dataset_id: textOf(args, 'dataset_id'),
        recipe: textOf(args, 'recipe'),
        clone_of: textOf(args, 'clone_of'),
        script: textOf(args, 'script'),
      }),
      // Several may be filled in side by side.
      tab: () => `new-job-${String((forms += 1))}`,
      look: ({ i18n }) => ({ name: i18n.t('panel.newJob'), icon: 'add' }),
      lists: [],
      content: ({ dataset_id, recipe, clone_of, script }, close) => (
        <NewJobPage datasetId={dataset_id} recipe={recipe} cloneOf={clone_of} script={script} onDone={close} />
      ),
    },
  ],
};
