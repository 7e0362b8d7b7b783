import type { LauncherName } from '../contract/training/training.js';
import { LocalLauncher } from './local/local.js';
import type { ConfiguredLauncher } from './port.js';
import { WarmLauncher } from './warm/warm.js';

/** What launchers are made of. */
export interface LauncherParts {
  /** Runs the supervisors, and jobs that name no other. */
  readonly python: string;
  readonly dataDir: string;
  /** How long a job is believed without a sign of life; left out: as long as the launcher finds right. */
  readonly leaseSeconds?: number;
  readonly log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
}

const cold = ({ python, leaseSeconds }: LauncherParts): LocalLauncher => new LocalLauncher(python, leaseSeconds);

/** Every launcher that `KARGAH_LAUNCHER` can name: a folder each, a line here, a line in the contract's `launcherName`. */
export const LAUNCHERS = {
  local: (parts) => new WarmLauncher(cold(parts), parts),
  'local-cold': cold,
} as const satisfies Record<LauncherName, (parts: LauncherParts) => ConfiguredLauncher>;
