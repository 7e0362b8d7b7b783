import { core, shell } from './plugins/core.js';
import { files } from './plugins/files.js';
import { launcher } from './plugins/launcher.js';
import { mlflow } from './plugins/mlflow.js';
import { notebook } from './plugins/notebook/notebook.js';
import { pages } from './plugins/pages.js';
import { panel } from './plugins/panel.js';
import { services } from './plugins/services.js';
import { status } from './plugins/status.js';

export type * from './features/feature.js';
export { IKargahFeatures } from './features/registry.js';
export {
  IKargahApi,
  IKargahLanguage,
  IKargahLive,
  IKargahPages,
  IKargahShell,
  IKargahStore,
  IKargahUploads,
  IKargahWorkspace,
} from './tokens.js';

export default [...services, core, shell, panel, pages, mlflow, status, notebook, files, launcher];
