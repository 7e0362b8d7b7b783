import { ILayoutRestorer, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { labIcon } from '../components/icons/labIcons.js';
import type { IconName } from '../components/icons/paths.js';
import { isolated } from '../i18n/isolate.js';
import { IKargah } from '../tokens.js';
import { COMMANDS } from './commands.js';
import { openMlflowPage } from './mlflow.js';
import { PageWidget } from './widgets.js';

/** Longer names would be cut by the tab, which cuts on the right: where a Persian name begins. */
const TAB_LETTERS = 18;

/** JupyterLab's tabs are left to right; a name keeps its own direction and its beginning in them. */
const tabName = (name: string): string => {
  const letters = Array.from(name);
  return isolated(letters.length > TAB_LETTERS ? `${letters.slice(0, TAB_LETTERS - 1).join('')}…` : name);
};

const text = (args: ReadonlyPartialJSONObject, key: string): string | undefined => {
  const value = args[key];
  return typeof value === 'string' ? value : undefined;
};

/** The pages in the main area: one tab for each dataset, job and form. */
export const pages: JupyterFrontEndPlugin<void> = {
  id: '@kargah/jupyterlab-extension:pages',
  description: 'Pages of datasets and jobs, the new-job form, MLflow.',
  autoStart: true,
  requires: [IKargah],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (app, kargah: IKargah, restorer: ILayoutRestorer | null, palette: ICommandPalette | null) => {
    const { commands, shell } = app;
    const tracker = new WidgetTracker<MainAreaWidget<PageWidget>>({ namespace: 'kargah' });
    const reopen = new Map<string, { command: string; args: ReadonlyPartialJSONObject }>();

    const open = async (
      id: string,
      page: () => PageWidget,
      look: { label: string; icon: IconName },
      again: { command: string; args: ReadonlyPartialJSONObject },
    ): Promise<void> => {
      const known = tracker.find((widget) => widget.id === id);
      if (known !== undefined) {
        shell.activateById(id);
        return;
      }
      const widget = new MainAreaWidget({ content: page() });
      widget.id = id;
      widget.title.label = tabName(look.label);
      widget.title.caption = look.label;
      widget.title.icon = labIcon(look.icon);
      widget.title.closable = true;
      widget.toolbar.hide();
      reopen.set(id, again);
      widget.disposed.connect(() => reopen.delete(id));
      shell.add(widget, 'main');
      shell.activateById(id);
      await tracker.add(widget);
    };

    /** A tab bears the name of what it shows, also when that is known later or changes. */
    const follow = (id: string, name: () => string | undefined): void => {
      const apply = (): void => {
        const found = tracker.find((widget) => widget.id === id);
        const label = name();
        if (found !== undefined && label !== undefined) {
          found.title.label = tabName(label);
          found.title.caption = label;
        }
      };
      const { jobs, sweeps, datasets } = kargah.store;
      const stops = [jobs.subscribe(apply), sweeps.subscribe(apply), datasets.subscribe(apply)];
      apply();
      tracker.find((widget) => widget.id === id)?.disposed.connect(() => stops.forEach((stop) => stop()));
    };

    commands.addCommand(COMMANDS.openJob, {
      label: () => kargah.i18n.t('panel.jobs'),
      execute: async (args) => {
        const jobId = text(args, 'job_id');
        if (jobId === undefined) {
          return;
        }
        const name = (): string | undefined => kargah.store.jobs.get().items.find((job) => job.job_id === jobId)?.name;
        await open(
          `kargah-${jobId}`,
          () => PageWidget.of(kargah, () => import('../jobs/page/JobPage.js'), { jobId }),
          { label: name() ?? jobId, icon: 'play' },
          { command: COMMANDS.openJob, args: { job_id: jobId } },
        );
        follow(`kargah-${jobId}`, name);
      },
    });
    commands.addCommand(COMMANDS.openDataset, {
      label: () => kargah.i18n.t('panel.datasets'),
      execute: async (args) => {
        const datasetId = text(args, 'dataset_id');
        if (datasetId === undefined) {
          return;
        }
        const find = () => kargah.store.datasets.get().items.find((dataset) => dataset.dataset_id === datasetId);
        await open(
          `kargah-${datasetId}`,
          () => PageWidget.of(kargah, () => import('../datasets/page/DatasetPage.js'), { datasetId }),
          { label: find()?.name ?? datasetId, icon: find()?.kind === 'images' ? 'img' : 'table' },
          { command: COMMANDS.openDataset, args: { dataset_id: datasetId } },
        );
        follow(`kargah-${datasetId}`, () => find()?.name);
      },
    });
    commands.addCommand(COMMANDS.openSweep, {
      label: () => kargah.i18n.t('sweep.title'),
      execute: async (args) => {
        const sweepId = text(args, 'sweep_id');
        if (sweepId === undefined) {
          return;
        }
        const name = (): string | undefined =>
          kargah.store.sweeps.get().items.find((sweep) => sweep.sweep_id === sweepId)?.name;
        await open(
          `kargah-${sweepId}`,
          () =>
            PageWidget.of(kargah, () => import(/* webpackChunkName: "training" */ '../sweeps/SweepPage.js'), {
              sweepId,
            }),
          { label: name() ?? sweepId, icon: 'tune' },
          { command: COMMANDS.openSweep, args: { sweep_id: sweepId } },
        );
        follow(`kargah-${sweepId}`, name);
      },
    });
    let forms = 0;
    commands.addCommand(COMMANDS.newJob, {
      label: () => kargah.i18n.t('panel.newJob'),
      icon: labIcon('add'),
      execute: async (args) => {
        forms += 1;
        const id = `kargah-new-job-${forms}`;
        await open(
          id,
          () =>
            PageWidget.of(kargah, () => import(/* webpackChunkName: "training" */ '../train/NewJobPage.js'), {
              datasetId: text(args, 'dataset_id'),
              recipe: text(args, 'recipe'),
              cloneOf: text(args, 'clone_of'),
              onDone: () => tracker.find((widget) => widget.id === id)?.close(),
            }),
          { label: kargah.i18n.t('panel.newJob'), icon: 'add' },
          { command: COMMANDS.newJob, args },
        );
      },
    });
    commands.addCommand(COMMANDS.openMlflow, {
      label: () => kargah.i18n.t('action.openMlflow'),
      icon: labIcon('ext'),
      execute: (args) =>
        openMlflowPage(app, kargah, {
          runId: text(args, 'run_id'),
          experimentId: text(args, 'experiment_id'),
          name: text(args, 'name'),
        }),
    });
    for (const command of [COMMANDS.showPanel, COMMANDS.newJob, COMMANDS.openMlflow]) {
      palette?.addItem({ command, category: 'Kargah' });
    }
    void restorer?.restore(tracker, {
      command: 'kargah:reopen',
      name: (widget) => widget.id,
      args: (widget) => ({ ...reopen.get(widget.id) }),
    });
    commands.addCommand('kargah:reopen', {
      execute: async (args) => {
        const command = text(args, 'command');
        if (command !== undefined) {
          await commands.execute(command, args['args'] as ReadonlyPartialJSONObject);
        }
      },
    });
  },
};
