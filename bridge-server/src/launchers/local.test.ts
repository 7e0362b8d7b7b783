import { join, resolve } from 'node:path';
import { launcherConformance } from './conformance.js';
import { LocalLauncher } from './local.js';

const python = process.env['KARGAH_PYTHON'] ?? join(resolve(import.meta.dirname, '../../..'), '.venv/bin/python');

launcherConformance('LocalLauncher', python, () => new LocalLauncher());
