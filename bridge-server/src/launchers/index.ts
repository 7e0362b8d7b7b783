import type { LauncherName } from '../contract/training/training.js';
import { Launchers } from './launchers.js';
import { LAUNCHERS, type LauncherParts } from './registry.js';

export { readBestMetric, type BestMetric } from './folder.js';
export type { Launcher } from './port.js';

/** @param names what is offered, the usual one first */
export function createLaunchers(names: readonly [LauncherName, ...LauncherName[]], parts: LauncherParts): Launchers {
  return new Launchers(names, (name) => LAUNCHERS[name](parts));
}
