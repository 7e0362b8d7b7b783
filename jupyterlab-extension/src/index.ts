import { core } from './plugins/core.js';
import { notebook } from './plugins/notebook.js';
import { notices } from './plugins/notices.js';
import { pages } from './plugins/pages.js';
import { panel } from './plugins/panel.js';
import { status } from './plugins/status.js';

export { IKargah } from './tokens.js';

export default [core, panel, pages, status, notices, notebook];
