import { join, resolve } from 'node:path';
import { launcherConformance, processConformance, type Candidate } from '../../test/support/launcher-conformance.js';
import { LocalLauncher } from './local.js';

const python = process.env['KARGAH_PYTHON'] ?? join(resolve(import.meta.dirname, '../../..'), '.venv/bin/python');
const fresh = () => new LocalLauncher(python);
const local: Candidate = { name: 'LocalLauncher', python, launch: 'cold', open: () => Promise.resolve(fresh()), fresh };

launcherConformance(local);
processConformance(local);
