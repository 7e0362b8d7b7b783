import { account } from './messages/account.js';
import { common } from './messages/common.js';
import { datasets } from './messages/datasets.js';
import { lineage } from './messages/lineage.js';
import { panel } from './messages/panel.js';
import { rows } from './messages/rows.js';
import { jobMessages } from './messages/jobs.js';
import { runMessages } from './messages/runs.js';
import { sweepMessages } from './messages/sweeps.js';

/** Every text of the interface. A key without both languages does not compile. */
export const messages = {
  ...common,
  ...account,
  ...panel,
  ...datasets,
  ...rows,
  ...lineage,
  ...jobMessages,
  ...runMessages,
  ...sweepMessages,
};

export type MessageKey = keyof typeof messages;
