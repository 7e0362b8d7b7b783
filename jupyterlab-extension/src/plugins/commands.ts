export const COMMANDS = {
  showPanel: 'kargah:show-panel',
  openJob: 'kargah:open-job',
  openDataset: 'kargah:open-dataset',
  openSweep: 'kargah:open-sweep',
  newJob: 'kargah:new-job',
  openMlflow: 'kargah:open-mlflow',
} as const;
