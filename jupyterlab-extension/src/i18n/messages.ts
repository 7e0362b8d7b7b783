import { account } from './messages/account.js';
import { common } from './messages/common.js';
import { datasets } from './messages/datasets.js';
import { lineage } from './messages/lineage.js';
import { panel } from './messages/panel.js';
import { rows } from './messages/rows.js';
import { jobMessages } from '../jobs/messages.js';
import { runMessages } from '../jobs/runMessages.js';
import { sweepMessages } from '../sweeps/messages.js';

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
