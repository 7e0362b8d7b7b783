import { join, resolve } from 'node:path';
import { launcherConformance } from './conformance.js';
import { LocalLauncher } from './local.js';

const python = process.env['KARGAH_PYTHON'] ?? join(resolve(import.meta.dirname, '../../..'), '.venv/bin/python');
const fresh = () => new LocalLauncher(python);

launcherConformance('LocalLauncher', python, 'cold', () => Promise.resolve(fresh()), fresh);
